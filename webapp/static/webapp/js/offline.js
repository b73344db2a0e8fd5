// The page that stands for one that could not be fetched: it comes as soon as the server answers again.

const EVERY = 3000; // ms
const again = document.getElementById("again");
const theme = document.cookie.match(/(?:^|; )theme=(dark|light|system)/)?.[1];
if (theme) document.documentElement.dataset.theme = theme; // the page was kept in the theme of another day

async function answers() {
  try {
    return (await fetch("/api/v1/health/", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function look() {
  if (await answers()) location.reload();
  else setTimeout(look, EVERY);
}

again.addEventListener("click", () => location.reload());
addEventListener("online", () => location.reload());
setTimeout(look, EVERY);
