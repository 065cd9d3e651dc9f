// Answers on their way: kept in this browser until the server has them, each sent until it is answered, in order.
// A key of its own goes with each, so that one sent twice is stored once.

import { Refused, Unreachable, ask } from "./api.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const REFUSED_LONG = 20; // answers the server refused that are kept to be read

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {"answer" | "skip" | "escalate" | "hand-over"} kind
 * @property {number} assignment
 * @property {string} item what the person calls it
 * @property {object} body
 * @property {number} due when it may be sent, in ms since 1970
 * @property {number} tries
 */

export class Outbox extends EventTarget {
  #entries;
  #sending = null;
  #timer = 0;
  #wait = FIRST_WAIT;
  #state = "";

  /**
   * @param {string} desk whose, and of which workspace: what waits for one is never sent to another
   * @param {Storage} storage
   */
  constructor(desk, storage = localStorage) {
    super();
    this.name = `assistant.outbox.${desk}`;
    this.keptName = `assistant.kept.${desk}`;
    this.storage = storage;
    this.full = false;
    this.#entries = this.#read(this.name);
    this.kept = this.#read(this.keptName);
    addEventListener("online", () => this.hurry());
  }

  /** How many wait. */
  get size() {
    return this.#entries.length;
  }

  /** "" while all is well, else `offline`, `unwell`, `signed_out` or `stale_page`. */
  get state() {
    return this.#state;
  }

  /** Put one in. `hold`: milliseconds in which it can still be taken out. */
  put(entry, hold = 0) {
    this.#entries.push({ tries: 0, due: Date.now() + hold, ...entry });
    this.#write();
    this.#plan(0);
  }

  /** Take one out that isn't on its way at this moment; whether that worked. */
  take(id) {
    const entry = this.#entries.find((one) => one.id === id);
    if (!entry || entry === this.#sending) return false;
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#write();
    return true;
  }

  /** Whether one waits or is on its way. */
  has(id) {
    return this.#entries.some((one) => one.id === id);
  }

  /** Send now what can be sent. */
  hurry() {
    this.#wait = FIRST_WAIT;
    this.#plan(0);
  }

  /** What was refused has been read. */
  dismiss(id) {
    this.kept = this.kept.filter((one) => one.id !== id);
    this.#save(this.keptName, this.kept);
    this.#tell("change");
  }

  #plan(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#drain(), wait);
  }

  async #drain() {
    if (this.#sending || !this.#entries.length) return;
    if (!navigator.onLine) return this.#become("offline"); // untried: it can still be taken back
    for (let next = this.#next(); next; next = this.#next()) {
      if (!(await this.#send(next))) return;
    }
    const later = this.#entries[0];
    if (later) this.#plan(Math.max(50, later.due - Date.now()));
  }

  #next() {
    return this.#entries.find((one) => one.due <= Date.now());
  }

  /** Send one; whether the next may follow at once. */
  async #send(entry) {
    this.#sending = entry;
    entry.tries += 1;
    this.#write();
    const [told, error] = await ask("POST", `/api/v1/assignments/${entry.assignment}/${entry.kind}`, entry.body)
      .then((given) => [given, null])
      .catch((failure) => [null, failure]);
    this.#sending = null;
    if (error) return this.#failed(entry, error);
    // It was taken back after a try whose answer got lost, and given anew: the first one had arrived all the same.
    if (told.message === "answered_before") this.#keep({ ...entry, code: told.message, detail: "" });
    this.#settle(entry, "done", { told });
    return true;
  }

  #keep(entry) {
    this.kept = [...this.kept, entry].slice(-REFUSED_LONG);
    this.#save(this.keptName, this.kept);
  }

  #failed(entry, error) {
    if (error instanceof Refused && !error.passing && !error.aboutLogin) {
      this.#refused(entry, error);
      return true;
    }
    const wait = Math.max(this.#wait, error instanceof Refused ? error.wait * 1000 : 0);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    this.#become(stateOf(error));
    this.#plan(wait + Math.random() * 300);
    return false;
  }

  #refused(entry, error) {
    // A skip whose answer got lost on the way is refused when it is sent again: it was done.
    const done = entry.kind !== "answer" && entry.tries > 1 && error.code === "lease_over";
    if (!done && entry.kind !== "skip") this.#keep({ ...entry, detail: error.message, code: error.code });
    this.#settle(entry, "refused", { error });
  }

  #settle(entry, event, detail) {
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#wait = FIRST_WAIT;
    this.#write();
    this.#become("");
    this.#tell(event, { entry, ...detail });
  }

  #become(state) {
    this.#state = state;
    this.#tell("change");
  }

  #write() {
    this.#save(this.name, this.#entries);
    this.#tell("change");
  }

  #read(name) {
    try {
      const found = JSON.parse(this.storage.getItem(name) ?? "[]");
      return Array.isArray(found) ? found.filter((one) => one && one.id && one.body) : [];
    } catch {
      return [];
    }
  }

  #save(name, value) {
    try {
      this.storage.setItem(name, JSON.stringify(value));
      this.full = false;
    } catch {
      this.full = true; // they are still in memory, and the page says so
    }
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function stateOf(error) {
  if (error instanceof Unreachable) return navigator.onLine ? "unwell" : "offline";
  if (error.status === 401) return "signed_out";
  return error.aboutLogin ? "stale_page" : "unwell";
}
