// The next items, taken before they are needed, and held as long as somebody is there.

import { Refused, ask } from "./api.js";
import { stateOf } from "./outbox.js";

const POLL = 15_000; // until an empty queue is asked again
const RETRY = 4000;
const MOST_NAMED = 100; // assignments a claim may name
const GONE_FOR = 15 * 60_000; // without a sign of life, items go back to the queue

/** @typedef {CustomEvent<{ pause: Api.Pause | null, spent: string[], fresh: Api.ReviewTask[] }>} Told */
/** @typedef {CustomEvent<{ task: Api.ReviewTask }>} Lost */

export class Supply extends EventTarget {
  #asking = false;
  #timer = 0;
  #beating = 0;
  #first = true;
  #lookedAt = 0;
  #stopped = true; // until `start`

  /**
   * @param {number} ahead how many to have in hand
   * @param {() => number} idle milliseconds since the last sign of life
   * @param {import("./outbox.js").Outbox} outbox what is answered already is not shown again
   */
  constructor(ahead, idle, outbox) {
    super();
    this.outbox = outbox;
    this.ahead = ahead;
    this.idle = idle;
    /** @type {Api.ReviewTask[]} */
    this.tasks = [];
    /** @type {Api.ReviewTask | null} */
    this.current = null;
    /** "", `empty`, `offline`, `signed_out`, `other_person` or `refused`: why there is nothing */
    this.why = "";
    this.detail = "";
    /** @type {Api.OpenRound[]} rounds to pass before there is anything */
    this.rounds = [];
    addEventListener("online", () => this.fill());
    addEventListener("focus", () => this.#back());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#back());
  }

  /** The next item, at once; null where there is none at hand. */
  next() {
    this.current = this.tasks.shift() ?? null;
    this.fill();
    return this.current;
  }

  /**
   * Show this one now, and the present one after it.
   * @param {Api.ReviewTask} task
   */
  before(task) {
    if (this.current) this.tasks.unshift(this.current);
    this.current = task;
  }

  /** Take more where there are too few. */
  fill() {
    clearTimeout(this.#timer);
    if (this.#asking || this.#stopped || this.tasks.length >= this.ahead) return;
    void this.#claim();
  }

  /** A request of theirs went through: whoever was signed out isn't any more. */
  admitted() {
    if (this.why !== "signed_out" && this.why !== "other_person") return;
    this.why = "";
    this.fill();
  }

  /** Give everything back. */
  async stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const held = this.#held();
    this.tasks = [];
    this.current = null;
    await Promise.allSettled(held.map((task) => this.#post(task, "release")));
  }

  /** Stop without giving anything back: another tab goes on with it. */
  forget() {
    this.#stopped = true;
    this.tasks = [];
    this.current = null;
  }

  /** Begin, or begin again after `stop`. */
  start() {
    this.#stopped = false;
    this.#first = true;
    this.fill();
  }

  async #claim() {
    this.#asking = true;
    let wait = 0;
    try {
      const body = { n: this.ahead - this.tasks.length, resume: this.#first, have: [...this.#held().map(numberOf), ...this.outbox.assignments].map(String).slice(0, MOST_NAMED) };
      const given = await ask("POST", "/api/v1/queue/claim", body);
      this.#first = false;
      wait = this.#took(given);
    } catch (error) {
      if (error instanceof Refused && error.code === "policy_change_unread") location.reload(); // the page shows it
      const state = stateOf(error);
      const refused = error instanceof Refused && !error.passing && !error.aboutLogin;
      this.why = refused ? "refused" : state === "unwell" ? "offline" : state;
      this.detail = error instanceof Refused ? error.message : "";
      wait = error instanceof Refused && error.wait ? error.wait * 1000 : RETRY;
    } finally {
      this.#asking = false;
    }
    this.dispatchEvent(new Event("change"));
    if (wait) this.#timer = setTimeout(() => this.fill(), wait);
    this.#beat();
  }

  /** @param {Api.ClaimedTasks} given */
  #took({ tasks, pause, spent, rounds }) {
    if (this.#stopped) {
      for (const task of tasks) void this.#post(task, "release").catch(() => {});
      return 0;
    }
    const known = new Set([...this.#held().map(numberOf), ...this.outbox.assignments]);
    const fresh = tasks.filter((task) => !known.has(task.assignment_id));
    for (const task of tasks) this.outbox.renew(task.assignment_id, task.token);
    this.tasks.push(...fresh);
    this.why = this.tasks.length ? "" : "empty";
    this.rounds = rounds;
    this.dispatchEvent(new CustomEvent("told", { detail: { pause, spent, fresh } }));
    return fresh.length ? 0 : tasks.length ? RETRY : POLL;
  }

  #held() {
    return this.current ? [this.current, ...this.tasks] : [...this.tasks];
  }

  #beat() {
    const [any] = this.#held();
    if (!any || this.#beating) return;
    const every = Math.max(0.3, any.lease_seconds / 3) * 1000;
    this.#beating = setTimeout(async () => {
      this.#beating = 0;
      if (this.idle() < GONE_FOR) await this.#holdAll();
      this.#beat();
    }, every);
  }

  /** Somebody looks at the page again: are the items still theirs? */
  #back() {
    if (Date.now() - this.#lookedAt < 1000) return; // a window and its tab come back together
    this.#lookedAt = Date.now();
    void this.#holdAll();
    this.fill();
  }

  async #holdAll() {
    if (!this.#stopped) await Promise.allSettled(this.#held().map((task) => this.#hold(task)));
  }

  /** @param {Api.ReviewTask} task */
  async #hold(task) {
    /** @type {Api.Beat} */
    const { held } = await this.#post(task, "heartbeat");
    if (held || (this.current !== task && !this.tasks.includes(task))) return;
    if (task === this.current) this.dispatchEvent(new CustomEvent("lost", { detail: { task } }));
    else this.tasks = this.tasks.filter((one) => one !== task);
    this.fill();
  }

  /**
   * @param {Api.ReviewTask} task
   * @param {"heartbeat" | "release"} what
   */
  #post(task, what) {
    return ask("POST", `/api/v1/assignments/${task.assignment_id}/${what}`, { token: task.token });
  }
}

/** @param {Api.ReviewTask} task */
function numberOf(task) {
  return task.assignment_id;
}
