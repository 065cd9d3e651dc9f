// Answers on their way: kept in this browser until the server has them, each sent until it is answered, in order.
// A key of its own goes with each, so that one sent twice is stored once. Other tabs of the same person may have put some
// in: what is stored is read before it is changed, never overwritten.

import { Refused, Unreachable, ask } from "./api.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const REFUSED_LONG = 20; // answers the server refused that are kept to be read
const OVER = new Set(["late_kept", "lease_over"]); // the lease an entry was made under is somebody else's, or a newer one

/** @typedef {"answer" | "skip" | "escalate" | "hand-over"} Kind */

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {Kind} kind
 * @property {string} assignment
 * @property {string} item what the person calls it
 * @property {any} body
 * @property {number} due when it may be sent, in ms since 1970
 * @property {number} tries
 */

/** @typedef {Entry & { code: string, detail: string }} Kept one that the server refused, and why */
/** @typedef {CustomEvent<{ entry: Entry, told: Api.AnswerResult }>} Done */
/** @typedef {CustomEvent<{ entry: Entry, error: Refused }>} RefusedOne */

export class Outbox extends EventTarget {
  /** @type {Entry[]} */
  #entries;
  #open = false;
  #sending = ""; // the id
  #timer = 0;
  #wait = FIRST_WAIT;
  #state = "";
  /** @type {Map<string, number>} tokens of newer leases, by the entry's id */
  #renewed = new Map();

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
    /** @type {Kept[]} */
    this.kept = this.#read(this.keptName);
    addEventListener("online", () => this.hurry());
  }

  /** Begin to send; done when all that can be sent was, or when a try failed. */
  async open() {
    this.#open = true;
    if (!this.full) this.#entries = this.#read(this.name);
    this.kept = this.#read(this.keptName);
    this.#wait = FIRST_WAIT;
    this.#tell("change");
    await this.#drain();
  }

  /** Leave it to another tab. */
  close() {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  /** How many wait. */
  get size() {
    return this.#entries.length;
  }

  /** "" while all is well, else `offline`, `unwell`, `signed_out` or `other_person`. */
  get state() {
    return this.#state;
  }

  /** Assignments whose answer waits or is on its way. */
  get assignments() {
    return this.#entries.map((entry) => entry.assignment);
  }

  /**
   * Put one in. `hold`: milliseconds in which it can still be taken out.
   * @param {Omit<Entry, "due" | "tries">} entry
   * @param {number} hold
   */
  put(entry, hold = 0) {
    this.#change((all) => [...all, { tries: 0, due: Date.now() + hold, ...entry }]);
    this.#plan(0);
  }

  /**
   * Take one out that isn't on its way at this moment; null where that didn't work.
   * @param {string} id
   */
  take(id) {
    const entry = this.#find(id);
    if (!entry || id === this.#sending) return null;
    this.#change((all) => all.filter((one) => one.id !== id));
    return entry;
  }

  /**
   * Whether one waits or is on its way.
   * @param {string} id
   */
  has(id) {
    return this.#find(id) !== undefined;
  }

  /**
   * An assignment is leased again while its answer waits: the answer counts under the new lease.
   * @param {string} assignment
   * @param {number} token
   */
  renew(assignment, token) {
    const entry = this.#entries.find((one) => one.assignment === assignment);
    if (!entry || entry.body.token >= token) return;
    if (entry.id === this.#sending) this.#renewed.set(entry.id, token);
    else this.#change((all) => all.map((one) => (one.id === entry.id ? { ...one, body: { ...one.body, token } } : one)));
  }

  /** Send now what can be sent. */
  hurry() {
    this.#wait = FIRST_WAIT;
    this.#plan(0);
  }

  /**
   * What was refused has been read.
   * @param {string} id
   */
  dismiss(id) {
    this.kept = this.#read(this.keptName).filter((one) => one.id !== id);
    this.#save(this.keptName, this.kept);
    this.#tell("change");
  }

  /** @param {string} id */
  #find(id) {
    return this.#entries.find((one) => one.id === id);
  }

  /** @param {number} wait ms */
  #plan(wait) {
    clearTimeout(this.#timer);
    if (this.#open) this.#timer = setTimeout(() => void this.#drain(), wait);
  }

  async #drain() {
    if (!this.#open || this.#sending || !this.#entries.length) return;
    if (!navigator.onLine) return this.#become("offline"); // untried: it can still be taken back
    for (let next = this.#next(); next; next = this.#next()) {
      if (!(await this.#send(next)) || !this.#open) return;
    }
    const later = this.#entries[0];
    if (later) this.#plan(Math.max(50, later.due - Date.now()));
  }

  #next() {
    return this.#entries.find((one) => one.due <= Date.now());
  }

  /**
   * Send one; whether the next may follow at once.
   * @param {Entry} one
   */
  async #send({ id }) {
    this.#sending = id;
    this.#change((all) => all.map((one) => (one.id === id ? { ...one, tries: one.tries + 1 } : one)));
    const entry = this.#find(id);
    if (!entry) {
      this.#sending = "";
      return true; // another tab has sent it
    }
    const [told, error] = await ask("POST", `/api/v1/assignments/${entry.assignment}/${entry.kind}`, entry.body)
      .then((given) => [given, null])
      .catch((failure) => [null, failure]);
    this.#sending = "";
    if (error) return this.#failed(entry, error);
    // Another answer of theirs was there already, given elsewhere: this one is kept beside it, and they are told.
    if (told.message === "answered_before") this.#keep({ ...entry, code: told.message, detail: "" });
    this.#settle(entry, "done", { told });
    return true;
  }

  /** @param {Kept} entry */
  #keep(entry) {
    this.kept = [...this.#read(this.keptName), entry].slice(-REFUSED_LONG);
    this.#save(this.keptName, this.kept);
  }

  /**
   * Whether the next may follow at once.
   * @param {Entry} entry
   * @param {unknown} error
   */
  #failed(entry, error) {
    if (error instanceof Refused && !error.passing && !error.aboutLogin) {
      const token = this.#renewed.get(entry.id);
      if (OVER.has(error.code) && token !== undefined) this.#under(entry, token);
      else this.#refused(entry, error);
      return true;
    }
    const wait = Math.max(this.#wait, error instanceof Refused ? error.wait * 1000 : 0);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    this.#become(stateOf(error));
    this.#plan(wait + Math.random() * 300);
    return false;
  }

  /**
   * Once more, under a newer lease: the try under the old one is known to the server by its key.
   * @param {Entry} entry
   * @param {number} token
   */
  #under(entry, token) {
    this.#renewed.delete(entry.id);
    const body = { ...entry.body, token, ...(entry.body.key ? { key: `${entry.body.key}.${token}` } : {}) };
    this.#change((all) => all.map((one) => (one.id === entry.id ? { ...one, body } : one)));
  }

  /**
   * @param {Entry} entry
   * @param {Refused} error
   */
  #refused(entry, error) {
    // A skip whose answer got lost on the way is refused when it is sent again: it was done.
    const done = entry.kind !== "answer" && entry.tries > 1 && error.code === "lease_over";
    if (!done && entry.kind !== "skip") this.#keep({ ...entry, detail: error.message, code: error.code });
    this.#settle(entry, "refused", { error });
  }

  /**
   * @param {Entry} entry
   * @param {"done" | "refused"} event
   * @param {object} detail
   */
  #settle(entry, event, detail) {
    this.#change((all) => all.filter((one) => one.id !== entry.id));
    this.#wait = FIRST_WAIT;
    this.#become("");
    this.#tell(event, { entry, ...detail });
  }

  /** @param {string} state */
  #become(state) {
    this.#state = state;
    this.#tell("change");
  }

  /**
   * Change what is stored now, not what was stored when this tab last looked.
   * @param {(all: Entry[]) => Entry[]} change
   */
  #change(change) {
    this.#entries = change(this.full ? this.#entries : this.#read(this.name));
    this.#save(this.name, this.#entries);
    this.#tell("change");
  }

  /**
   * @param {string} name
   * @returns {any[]}
   */
  #read(name) {
    try {
      const found = JSON.parse(this.storage.getItem(name) ?? "[]");
      return Array.isArray(found) ? found.filter((one) => one?.id && one.body) : [];
    } catch {
      return [];
    }
  }

  /**
   * @param {string} name
   * @param {Entry[]} value
   */
  #save(name, value) {
    try {
      this.storage.setItem(name, JSON.stringify(value));
      this.full = false;
    } catch {
      this.full = true; // they are still in memory, and the page says so
    }
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * What kind of trouble an error is: `offline`, `unwell`, `signed_out` or `other_person`.
 * @param {unknown} error
 */
export function stateOf(error) {
  if (error instanceof Unreachable) return navigator.onLine ? "unwell" : "offline";
  if (!(error instanceof Refused)) return "unwell";
  if (error.code === "other_person") return "other_person";
  return error.aboutLogin ? "signed_out" : "unwell";
}
