// What covers an item until somebody wants to look: hold to look, let go and it is covered again. How long they looked
// is measured: an answer to what was never uncovered was given without a look.

import { at } from "./dom.js";
import { say } from "./texts.js";

const HELD = 350; // ms: longer is holding, shorter is a tap

export class Cover extends EventTarget {
  /** @type {Api.Veil} */
  #level = "none";
  #open = false;
  #since = 0;
  #looked = 0; // ms, without the look that lasts
  #openedAt = 0;
  #text = false;

  /** @param {{ tap: boolean, cover_all: boolean }} wishes */
  constructor(wishes) {
    super();
    this.wishes = wishes;
    const button = at("look");
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.down();
    });
    for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => this.up());
    button.addEventListener("keydown", (event) => {
      if (event.repeat || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.down();
    });
    button.addEventListener("keyup", () => this.up());
    // A screen reader clicks without pressing anything.
    button.addEventListener("click", (event) => event.detail === 0 && event.pointerType === "" && this.#set(!this.#open));
    addEventListener("blur", () => this.#level === "veil" && this.#set(false));
  }

  /**
   * Cover an item as it asks for.
   * @param {Api.ReviewTask} task
   * @param {number} looked ms it was looked at before
   */
  lay(task, looked = 0) {
    this.#open = false;
    this.#looked = looked;
    this.#level = task.veil === "none" && this.wishes.cover_all ? "veil" : task.veil;
    this.#text = Boolean(task.item.text);
    this.#set(false);
  }

  /** Whether something covers the item that was never lifted. */
  get unlooked() {
    return this.#level !== "none" && this.#total() === 0;
  }

  /**
   * Milliseconds for which it was uncovered; null where nothing covered it, nor all that there was to read: a text
   * stands beside blurred pictures in sight.
   */
  get looked() {
    const total = this.#total();
    return this.#level === "none" || (this.#level === "blur" && this.#text && !total) ? null : total;
  }

  /** The key or button goes down. */
  down() {
    if (this.#level === "none") return;
    this.#since = this.#open ? 0 : performance.now();
    this.#set(!this.#open);
  }

  /** ... and up: the worst is covered again at once, unless this person taps. */
  up() {
    if (!this.#open || !this.#since) return;
    const held = performance.now() - this.#since > HELD;
    if (held ? !this.wishes.tap : this.#level === "veil" && !this.wishes.tap) this.#set(false);
  }

  #total() {
    return Math.ceil(this.#looked + (this.#open ? Math.max(performance.now() - this.#openedAt, 1) : 0));
  }

  /** @param {boolean} open */
  #set(open) {
    this.#looked = this.#total();
    const lifted = this.#open !== open;
    this.#open = open;
    this.#openedAt = performance.now();
    const covered = this.#level !== "none" && !open;
    const content = at("content");
    content.classList.toggle("veiled", covered && this.#level === "veil");
    content.classList.toggle("blurred", covered);
    at("desk").classList.toggle("severe", covered && this.#level === "veil");
    content.toggleAttribute("inert", covered && this.#level === "veil");
    content.setAttribute("aria-hidden", String(covered && this.#level === "veil"));
    const panel = at("cover");
    panel.hidden = this.#level === "none";
    at("cover-text").textContent = covered ? say(this.#level === "veil" ? "veiled" : "blurred") : "";
    const hold = this.#level === "veil" && !this.wishes.tap;
    at("look-text").textContent = open && !hold ? say("cover") : say(hold ? "hold" : "look");
    at("look").setAttribute("aria-pressed", String(open));
    if (lifted) this.dispatchEvent(new Event("change"));
  }
}
