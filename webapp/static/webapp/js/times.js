// Times are the site's, wherever the browser is, in 24 hours.

export const timeZone = document.documentElement.dataset.timeZone;
const language = document.documentElement.lang;

function formatter(options) {
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { hourCycle: "h23", timeZone, ...options });
  return (ms) => format.format(new Date(ms));
}

export const clockTime = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const clockTimeWithZone = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
export const dayAndTime = formatter({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = formatter({ weekday: "short", year: "numeric", month: "short", day: "numeric" });
