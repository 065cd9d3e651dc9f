// Answers being made, kept in this browser until they are given: what somebody chose and wrote, never any content.
// They are one person's own, and signing out removes them (app.js).

const LONGEST = 3 * 24 * 3600_000; // ms: long after any lease
const MOST = 40;

/** @typedef {Record<string, import("./draft.js").Kept & { at: number }>} All by assignment; `at` in ms since 1970 */

export class Drafts {
  /**
   * @param {string} desk whose, and of which workspace
   * @param {Storage} storage
   */
  constructor(desk, storage = localStorage) {
    this.name = `assistant.drafts.${desk}`;
    this.storage = storage;
  }

  /**
   * What was begun with an assignment; null where nothing was.
   * @param {string} assignment
   */
  of(assignment) {
    return this.#read()[assignment] ?? null;
  }

  /**
   * Keep what a draft holds; one that holds nothing is not kept.
   * @param {import("./draft.js").Draft} draft
   */
  keep(draft) {
    const all = this.#read();
    delete all[draft.task.assignment_id];
    if (draft.begun) all[draft.task.assignment_id] = { ...draft.kept(), at: Date.now() };
    this.#write(all);
  }

  /**
   * It was given, or went to somebody else.
   * @param {string} assignment
   */
  drop(assignment) {
    const all = this.#read();
    if (!(assignment in all)) return;
    delete all[assignment];
    this.#write(all);
  }

  /** @returns {All} */
  #read() {
    try {
      /** @type {[string, All[string]][]} */
      const found = Object.entries(JSON.parse(this.storage.getItem(this.name) ?? "{}"));
      return Object.fromEntries(found.filter(([, one]) => one && one.at > Date.now() - LONGEST));
    } catch {
      return {};
    }
  }

  /** @param {All} all */
  #write(all) {
    const newest = Object.entries(all).sort(([, one], [, other]) => other.at - one.at);
    try {
      if (newest.length) this.storage.setItem(this.name, JSON.stringify(Object.fromEntries(newest.slice(0, MOST))));
      else this.storage.removeItem(this.name);
    } catch {
      // no room: what was begun is still in memory
    }
  }
}
