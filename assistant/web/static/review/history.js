// The last ten answers: to look back at, and to take back.

import { Unreachable, ask } from "./api.js";

const LENGTH = 10;

/**
 * @typedef {object} Past
 * @property {string} id of the entry it was sent by
 * @property {import("./outbox.js").Kind} kind
 * @property {Api.ReviewTask | null} task null after the page was loaded again
 * @property {string} item
 * @property {any} body
 * @property {number | null} review
 */

export class History {
  /** @type {Past[]} oldest first */
  #past = [];
  /** @type {number | null} */
  #place = null; // while looking back

  /** @param {import("./outbox.js").Outbox} outbox */
  constructor(outbox) {
    this.outbox = outbox;
    outbox.addEventListener("done", (event) => {
      const { entry, told } = /** @type {import("./outbox.js").Done} */ (event).detail;
      this.#done(entry, told);
    });
    outbox.addEventListener("refused", (event) => {
      this.#drop(/** @type {import("./outbox.js").RefusedOne} */ (event).detail.entry.id);
    });
  }

  /** What the server knows from before the page was loaded. */
  async load() {
    /** @type {Api.LastAnswers} */
    const { answers } = await ask("GET", "/api/v1/queue/last");
    /** @type {Past[]} */
    const older = answers
      .filter((one) => !this.#past.some((past) => past.review === one.review_id))
      .reverse()
      .map((one) => ({ id: `r${one.review_id}`, kind: /** @type {const} */ ("answer"), task: null, item: one.item_id, body: { labels: one.labels }, review: one.review_id }));
    this.#past = [...older, ...this.#past].slice(-LENGTH);
  }

  /** @param {Past} past */
  add(past) {
    this.#past = [...this.#past, past].slice(-LENGTH);
    this.#place = null;
  }

  get length() {
    return this.#past.length;
  }

  /** What is looked at; null while one isn't looking back. */
  get seen() {
    return this.#place === null ? null : this.#past[this.#place];
  }

  /** How far back, from 1. */
  get steps() {
    return this.#place === null ? 0 : this.#past.length - this.#place;
  }

  /**
   * A step back or forward; what is seen then.
   * @param {number} step
   */
  look(step) {
    const place = (this.#place ?? this.#past.length) + step;
    if (place >= this.#past.length) this.#place = null;
    else this.#place = Math.max(0, place);
    if (!this.#past.length) this.#place = null;
    return this.seen;
  }

  /** Look at the present again. */
  leave() {
    this.#place = null;
  }

  /**
   * Take back what is seen, else the last: the item with a token that counts, and what was answered.
   * @returns {Promise<{ task: Api.ReviewTask, past: Past } | null>} null where there is nothing
   * @throws {Unreachable | import("./api.js").Refused}
   */
  async undo() {
    const past = this.seen ?? this.#past.at(-1);
    if (!past) return null;
    while (this.outbox.has(past.id)) {
      const entry = this.outbox.take(past.id);
      if (entry) return this.#taken(entry.tries ? unsure(past) : past, past.task);
      await new Promise((resolve) => this.outbox.addEventListener("change", resolve, { once: true }));
    }
    if (past.review === null) return this.#past.includes(past) ? this.#taken(past, null) : null;
    try {
      /** @type {Api.Again} */
      const { task } = await ask("POST", `/api/v1/reviews/${past.review}/undo`);
      return this.#taken(past, task);
    } catch (error) {
      if (!(error instanceof Unreachable)) this.#drop(past.id);
      throw error;
    }
  }

  /**
   * @param {Past} past
   * @param {Api.ReviewTask | null} task
   */
  #taken(past, task) {
    this.#drop(past.id);
    this.#place = null;
    return task ? { task, past } : null;
  }

  /**
   * @param {import("./outbox.js").Entry} entry
   * @param {Api.AnswerResult} told
   */
  #done(entry, told) {
    const past = this.#past.find((one) => one.id === entry.id);
    if (!past) return;
    past.review = told.review_id ?? null;
    if (past.review === null) this.#drop(entry.id); // a skip that is done, practice: neither can be taken back
  }

  /** @param {string} id */
  #drop(id) {
    const seen = this.seen;
    this.#past = this.#past.filter((one) => one.id !== id);
    this.#place = seen && this.#past.includes(seen) ? this.#past.indexOf(seen) : null;
  }
}

/**
 * What was taken back after a try whose answer never came: if it had arrived, the next answer goes in its place.
 * @param {Past} past
 * @returns {Past}
 */
function unsure(past) {
  const { key, instead_of = [] } = past.body;
  return key ? { ...past, body: { ...past.body, instead_of: [...instead_of, key] } } : past;
}
