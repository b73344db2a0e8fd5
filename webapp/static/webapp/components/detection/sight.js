// What a detector sees, as a picture that is renewed about once a second while somebody looks at it: neither in a hidden
// tab nor scrolled away is anything asked for, and then nothing is made.

const EVERY = 1000; // ms

export class Sight {
  #figure;
  #path;
  #shown = false;
  #timer = 0;

  // figure: with an img and a .nothing; path: of the picture.
  constructor(figure, path) {
    this.#figure = figure;
    this.#path = path;
    const img = figure.querySelector("img");
    img.addEventListener("load", () => this.#came(true));
    img.addEventListener("error", () => this.#came(false));
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#shown = isIntersecting;
      clearTimeout(this.#timer);
      if (isIntersecting) this.#ask();
    }).observe(figure);
  }

  #ask() {
    if (document.hidden) this.#again();
    else this.#figure.querySelector("img").src = `${this.#path}?${Date.now()}`;
  }

  #came(there) {
    this.#figure.querySelector("img").hidden = !there;
    this.#figure.querySelector(".nothing").hidden = there;
    this.#again();
  }

  #again() {
    clearTimeout(this.#timer);
    if (this.#shown) this.#timer = setTimeout(() => this.#ask(), EVERY);
  }
}
