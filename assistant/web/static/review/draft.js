// An answer being made.

export class Draft {
  /** @param {any} task */
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
    this.accepted = false;
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

  /** Choose a label, or take it back. */
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
    const { labels, cited } = this.task.suggestion;
    const same = labels.length === this.chosen.size && labels.every((name) => this.chosen.has(name));
    if (this.ready && !same) this.changed = true;
    this.chosen = new Set(labels);
    this.none = labels.length === 0;
    if (!this.clauses.size) this.clauses = new Set(cited);
    this.accepted = true;
  }

  toggleClause(id) {
    if (this.clauses.has(id)) this.clauses.delete(id);
    else this.clauses.add(id);
  }

  /** As it is handed in. */
  body(key, seconds) {
    return {
      token: this.task.token,
      labels: this.labels,
      note: this.note,
      clauses: [...this.clauses],
      seconds,
      changed: this.changed,
      accepted_suggestion: this.task.suggestion ? this.accepted : null,
      key,
    };
  }
}
