// An answer being made.

/** @typedef {Pick<Api.Answering, "labels"> & Partial<Api.Answering>} Given an answer that was taken back */

/**
 * What is kept of an answer that was begun.
 * @typedef {object} Kept
 * @property {string[]} labels
 * @property {string[]} clauses
 * @property {boolean} none
 * @property {string} note
 * @property {boolean} changed
 * @property {number} seconds
 * @property {number | null} [active]
 * @property {boolean} accepted
 * @property {number} uncovered
 * @property {string[]} instead
 * @property {Record<string, string>} typed
 */

export class Draft {
  /**
   * @param {Api.ReviewTask} task
   * @param {Given | null} given
   */
  constructor(task, given = null) {
    this.task = task;
    /** @type {Set<string>} */
    this.chosen = new Set(given?.labels ?? []);
    this.none = given ? given.labels.length === 0 : false;
    this.note = given?.note ?? "";
    /** @type {Set<string>} */
    this.clauses = new Set(given?.clauses ?? []);
    this.changed = Boolean(given);
    this.seconds = given?.seconds ?? 0;
    /** @type {number | null} ms of `seconds` in which the page was in front; null where that isn't known */
    this.active = given ? (given.active_ms ?? null) : 0;
    this.accepted = false;
    /** whether it was begun before the page was loaded */
    this.resumed = false;
    /** how long its covered content was looked at, in ms */
    this.uncovered = given?.uncovered_ms ?? 0;
    /** @type {string[]} keys of answers that were taken back before it was known whether they had arrived */
    this.instead = given?.instead_of ?? [];
    /** @type {Record<string, string>} what is being written in a dialog, by its name, and not kept yet */
    this.typed = {};
  }

  /**
   * One that was begun before the page was loaded; labels and clauses the policy doesn't have any more are left out.
   * @param {Api.ReviewTask} task
   * @param {Kept} kept
   */
  static resumed(task, kept) {
    const draft = new Draft(task);
    draft.resumed = true;
    const names = new Set(task.labels.map((label) => label.name));
    const clauses = new Set(task.clauses.map((clause) => clause.id));
    draft.chosen = new Set(kept.labels.filter((name) => names.has(name)));
    draft.none = kept.none;
    draft.note = kept.typed.note ?? kept.note; // what was being written is part of it: better too much than lost
    draft.clauses = new Set(kept.clauses.filter((id) => clauses.has(id)));
    draft.changed = kept.changed;
    draft.seconds = kept.seconds;
    draft.active = kept.active ?? null; // kept by an older page
    draft.accepted = kept.accepted && Boolean(task.suggestion);
    draft.uncovered = kept.uncovered;
    draft.instead = kept.instead;
    draft.typed = { ...kept.typed };
    delete draft.typed.note;
    return draft;
  }

  /**
   * As `resumed` takes it.
   * @returns {Kept}
   */
  kept() {
    const { none, note, changed, seconds, active, accepted, uncovered, instead, typed } = this;
    const choice = { labels: this.labels, clauses: [...this.clauses], none };
    return { ...choice, note, changed, seconds, active, accepted, uncovered, instead, typed };
  }

  /** Whether there is anything to lose. */
  get begun() {
    const written = this.note || Object.values(this.typed).some(Boolean);
    return Boolean(this.ready || written || this.clauses.size || this.uncovered || this.instead.length);
  }

  get multi() {
    return this.task.label_kind === "multi";
  }

  /** Whether there is an answer to give. */
  get ready() {
    return this.chosen.size > 0 || this.none;
  }

  /** In the order of the label set. */
  get labels() {
    return this.task.labels.map((label) => label.name).filter((name) => this.chosen.has(name));
  }

  /** Chosen labels that need a clause and have none. */
  get wanting() {
    return this.clauses.size ? [] : this.labels.filter((name) => this.task.needs_clause.includes(name));
  }

  /**
   * Choose a label, or take it back.
   * @param {string} name
   */
  pick(name) {
    const had = this.chosen.has(name);
    this.accepted = false;
    if (this.multi) {
      if (had || this.none) this.changed = true;
      this.none = false;
      if (had) this.chosen.delete(name);
      else this.chosen.add(name);
      return;
    }
    if (!had && this.chosen.size) this.changed = true;
    this.chosen = new Set([name]);
  }

  /** None of the labels, where any number may be given. */
  pickNone() {
    if (this.chosen.size) this.changed = true;
    this.accepted = false;
    this.chosen.clear();
    this.none = true;
  }

  /** Take over the machine's answer. */
  accept() {
    if (!this.task.suggestion) return;
    const { labels, cited } = this.task.suggestion;
    const same = labels.length === this.chosen.size && labels.every((name) => this.chosen.has(name));
    if (this.ready && !same) this.changed = true;
    this.chosen = new Set(labels);
    this.none = labels.length === 0;
    if (!this.clauses.size) this.clauses = new Set(cited);
    this.accepted = true;
  }

  /** @param {string} id */
  toggleClause(id) {
    if (this.clauses.has(id)) this.clauses.delete(id);
    else this.clauses.add(id);
  }

  /**
   * As it is handed in.
   * @param {string} key
   * @param {{ seconds: number, active: number | null }} time on it; ms of it in front, null where that isn't known
   * @param {number | null} uncovered ms; null where nothing covered it
   * @returns {Api.Answering}
   */
  body(key, { seconds, active }, uncovered) {
    return {
      token: this.task.token,
      labels: this.labels,
      note: this.note,
      clauses: [...this.clauses],
      seconds,
      active_ms: active,
      changed: this.changed,
      accepted_suggestion: this.task.suggestion ? this.accepted : null,
      key,
      uncovered_ms: uncovered,
      instead_of: this.instead,
    };
  }
}
