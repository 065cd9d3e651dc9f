// The loop: an item is shown, decided, and the next is there. Nothing here waits for the network.

import { Refused, Unreachable, ask } from "./api.js";
import { showChoice, showLabels, showMachine, tell } from "./bar_view.js";
import { askClauses, askHandOver, askSkip, askText, showPolicyDialog } from "./dialogs.js";
import { at } from "./dom.js";
import { Draft } from "./draft.js";
import { showGone, showItem, toggleTranslation } from "./item_view.js";
import { keyLabel } from "./keys.js";
import { showPolicy, showPrecedents } from "./policy_view.js";
import { showRounds } from "./rounds.js";
import { count, listed, named, say } from "./texts.js";

const UNREAD = 250; // ms after an item is there in which nobody can have read it
const ASKED = 1000; // ms after a question in which another press is no answer to it
const UNDO_SKIP = 5000; // ms a skip waits before it is sent, since a skip that was sent is final

/** @type {Record<string, [string, string]>} */
const RESTING = {
  empty: ["empty", "empty_about"],
  offline: ["empty_offline", "empty_offline_about"],
  signed_out: ["empty_signed_out", "empty_signed_out_about"],
  other_person: ["empty_signed_out", "empty_signed_out_about"],
  refused: ["empty_refused", ""],
};

/**
 * @typedef {object} Parts
 * @property {import("./supply.js").Supply} supply
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./history.js").History} history
 * @property {import("./drafts.js").Drafts} drafts
 * @property {import("./stopwatch.js").Stopwatch} stopwatch
 * @property {import("./cover.js").Cover} cover
 * @property {import("./keys.js").Composition} composition
 * @property {() => import("./keys_dialog.js").KeysDialog} keys
 * @property {Required<Api.ReviewPreferences>} preferences
 * @property {import("./precedents.js").Precedents} precedents
 */

export class Loop {
  /** @type {Map<string, Draft>} by assignment */
  #drafts = new Map();
  #shownAt = 0;
  #askedAt = 0; // when it was asked whether covered content shall be answered without a look; 0 for not yet
  #picked = false; // since the item is shown, or before the page was loaded again
  #given = 0;

  /** @param {Parts} parts */
  constructor(parts) {
    this.supply = parts.supply;
    this.outbox = parts.outbox;
    this.history = parts.history;
    this.drafts = parts.drafts;
    this.stopwatch = parts.stopwatch;
    this.cover = parts.cover;
    this.composition = parts.composition;
    this.keys = parts.keys;
    this.preferences = parts.preferences;
    this.precedents = parts.precedents;
    /** @type {Draft | null} */
    this.draft = null;
    this.cover.addEventListener("change", () => this.#save());
  }

  /** Whether a key can do something now. */
  get working() {
    return this.#open !== null;
  }

  /** The answer that is being made; null while there is none, and while one looks back. */
  get #open() {
    return this.history.seen === null ? this.draft : null;
  }

  /** Go on to the next item. */
  next() {
    this.#show(this.supply.next());
  }

  /** Show an item that came while there was none. */
  wake() {
    if (!this.draft && this.supply.tasks.length) this.next();
    else if (!this.draft) this.#rest();
  }

  /** @param {string | null} name of a label; null for none of them */
  pick(name) {
    const draft = this.#open;
    if (!draft) return;
    if (name === null) draft.pickNone();
    else draft.pick(name);
    this.#save();
    showChoice(draft);
    this.#picked = true;
    if (!draft.multi && this.preferences.at_once) void this.submit(true);
  }

  /**
   * Whether a label has that key; it is picked then.
   * @param {string} key
   */
  pickByKey(key) {
    const label = this.draft?.task.labels.find((one) => one.key === key);
    if (label) this.pick(label.name);
    else if (key === "0" && this.draft?.multi) this.pick(null);
    else return false;
    return true;
  }

  /** @param {boolean} alone whether one press both chose the answer and gave it */
  async submit(alone = !this.#picked) {
    const draft = this.#open;
    if (!draft) return;
    if (!draft.ready) return tell(say("choose_first"));
    if (!this.#considered(alone)) return;
    if (draft.wanting.length && !(await this.#clausesFor(draft))) return;
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const body = draft.body(id, this.stopwatch, this.cover.looked);
    this.#hand(draft, { id, kind: "answer", body }, say("stored", { labels: named(draft.task, draft.labels) }));
  }

  async accept() {
    const draft = this.#open;
    if (!draft) return;
    if (!draft.task.suggestion) return tell(say("no_suggestion"));
    if (!this.#considered(true)) return;
    draft.accept();
    this.#save();
    showChoice(draft);
    await this.submit();
  }

  async skip() {
    const draft = this.#open;
    const given = draft && (await askSkip(this.composition, draft.typed.skip ?? "", this.#writing(draft, "skip")));
    if (!given || draft !== this.draft) return;
    const id = `skip-${draft.task.assignment_id}-${draft.task.token}`;
    this.#hand(draft, { id, kind: "skip", body: { ...this.#held(draft), ...given } }, say("skipped"), UNDO_SKIP);
  }

  async escalate() {
    const draft = this.#open;
    if (!draft) return;
    const more = { needed: true, writing: this.#writing(draft, "escalate") };
    const note = await askText("escalate", draft.typed.escalate ?? draft.note, this.composition, more);
    if (!note || draft !== this.draft) return;
    const id = `escalate-${draft.task.assignment_id}-${draft.task.token}`;
    this.#hand(draft, { id, kind: "escalate", body: { ...this.#held(draft), note } }, say("escalated"), UNDO_SKIP);
  }

  async handOver() {
    const draft = this.#open;
    if (!draft) return;
    const number = draft.task.assignment_id;
    let lost = false; // a try whose answer never came
    await askHandOver(this.composition, {
      text: draft.typed.hand_over ?? draft.note,
      writing: this.#writing(draft, "hand_over"),
      colleagues: async () => {
        /** @type {Api.Colleagues} */
        const found = await ask("GET", `/api/v1/assignments/${number}/colleagues`);
        return found.colleagues;
      },
      send: async ({ to, name, note }) => {
        try {
          await ask("POST", `/api/v1/assignments/${number}/hand-over`, { ...this.#held(draft), to, note });
        } catch (error) {
          const done = lost && error instanceof Refused && error.code === "lease_over";
          lost ||= error instanceof Unreachable;
          if (!done) return error instanceof Unreachable ? say("hand_over_offline") : messageOf(error);
        }
        this.#gone(draft, to ? say("handed_over", { name }) : say("handed_back"));
        return "";
      },
    });
  }

  async note() {
    const draft = this.#open;
    if (!draft) return;
    const note = await askText("note", draft.note, this.composition, { writing: this.#writing(draft, "note") });
    delete draft.typed.note;
    if (note !== null) draft.note = note;
    if (draft !== this.draft) return;
    this.#save();
    showChoice(draft);
  }

  async clause() {
    const draft = this.#open;
    if (!draft) return;
    await askClauses(draft, this.composition, () => this.#save());
    if (draft === this.draft) showChoice(draft);
  }

  translate() {
    const task = this.history.seen?.task ?? this.draft?.task;
    if (task) toggleTranslation(task);
  }

  policy() {
    const column = at("policy");
    if (getComputedStyle(column).display === "none" || column.closest("dialog")) return void showPolicyDialog();
    const inside = column.contains(document.activeElement);
    if (inside) at("item-title").focus({ preventScroll: true });
    else column.focus();
  }

  back() {
    this.#look(-1);
  }

  forward() {
    if (this.history.seen) this.#look(1);
  }

  async undo() {
    this.#keep();
    let taken;
    try {
      taken = await this.history.undo();
    } catch (error) {
      return tell(error instanceof Unreachable ? say("undo_offline") : messageOf(error));
    }
    if (!taken) return tell(say("nothing_to_undo"));
    const { task, past } = taken;
    this.supply.before(task);
    const draft = new Draft(task, past.kind === "answer" ? past.body : null);
    this.#drafts.set(task.assignment_id, draft);
    this.drafts.keep(draft);
    this.#given -= past.kind === "answer" ? 1 : 0;
    this.#show(task);
    tell(say("undone", { item: task.item.id }));
  }

  /** Stop looking at anything: a break, another tab. */
  clear() {
    this.draft = null;
    this.history.leave();
    this.#rest();
  }

  /**
   * Send what was decided, and go on to the next item.
   * @param {Draft} draft
   * @param {{ id: string, kind: import("./outbox.js").Kind, body: object }} sent
   * @param {string} told
   * @param {number} hold ms in which it can be taken back unsent
   */
  #hand(draft, { id, kind, body }, told, hold = 0) {
    const { task } = draft;
    this.outbox.put({ id, kind, assignment: task.assignment_id, item: task.item.id, body }, hold);
    this.history.add({ id, kind, task, item: task.item.id, body, review: null });
    this.#given += kind === "answer" ? 1 : 0;
    this.#gone(draft, told);
  }

  /**
   * An item left one's hands: nothing of it is kept, and the next is shown.
   * @param {Draft} draft
   * @param {string} told
   */
  #gone(draft, told) {
    const { assignment_id: number } = draft.task;
    this.#drafts.delete(number);
    this.drafts.drop(number);
    if (draft === this.draft) {
      this.draft = null;
      this.next();
    }
    tell(told, { next: this.draft?.task.item.id ?? "" });
  }

  /**
   * What goes with an item that is passed on.
   * @param {Draft} draft
   */
  #held(draft) {
    return { token: draft.task.token, uncovered_ms: draft === this.draft ? this.cover.looked : draft.uncovered };
  }

  /**
   * Keeps what is being written in a dialog.
   * @param {Draft} draft
   * @param {string} name of the dialog
   */
  #writing(draft, name) {
    return (/** @type {string} */ text) => {
      draft.typed[name] = text;
      if (draft === this.draft) this.#save();
    };
  }

  /** Keep the present draft in the browser, too. */
  #save() {
    if (!this.draft || this.history.seen) return;
    this.draft.seconds = this.stopwatch.seconds;
    this.draft.active = this.stopwatch.active;
    this.draft.uncovered = this.cover.looked ?? 0;
    this.drafts.keep(this.draft);
  }

  /**
   * Whether an answer may go out now: one press that can't be an answer to this item is none, and what is covered and
   * was never looked at is asked about once.
   * @param {boolean} alone whether one press is all there was
   */
  #considered(alone) {
    const now = performance.now();
    if (alone && now - this.#shownAt < UNREAD) return void tell(say("too_fast"), { asks: true });
    if (!this.cover.unlooked || (this.#askedAt && now - this.#askedAt >= ASKED)) return true;
    this.#askedAt = now;
    tell(say("not_looked"), { asks: true });
    return false;
  }

  /** @param {Api.ReviewTask | null} task */
  #show(task) {
    at("rest").hidden = task !== null;
    at("desk").classList.toggle("at-rest", task === null);
    this.draft = null;
    if (!task) return this.#rest();
    this.draft = this.#drafts.get(task.assignment_id) ?? this.#resumed(task);
    this.#render(task, this.draft, false);
    this.stopwatch.restart(this.draft.seconds, this.draft.active);
    this.#shownAt = performance.now();
    this.#askedAt = 0;
    this.#picked = this.draft.resumed;
    tell("");
    void this.precedents.of(task).then((found) => this.draft?.task === task && showPrecedents(task, found));
  }

/** @param {Api.ReviewTask} task */
  #resumed(task) {
    const kept = this.drafts.of(task.assignment_id);
    return kept ? Draft.resumed(task, kept) : new Draft(task);
  }

  /**
   * @param {Api.ReviewTask} task
   * @param {Draft} draft
   * @param {boolean} readOnly
   */
  #render(task, draft, readOnly) {
    showItem(task);
    this.cover.lay(task, draft.uncovered);
    showPolicy(task);
    showLabels(task, (name) => this.pick(name));
    showMachine(task);
    showChoice(draft, readOnly);
    at("given").textContent = say("given_now", { count: count(this.#given) });
    if (!document.querySelector("dialog[open]")) at("item-title").focus({ preventScroll: true });
  }

  /** @param {number} step */
  #look(step) {
    this.#keep();
    const wasBack = this.history.seen !== null;
    const past = this.history.look(step);
    if (past) return this.#showPast(past);
    if (wasBack && this.draft) {
      const { draft } = this;
      this.#drafts.set(draft.task.assignment_id, draft);
      this.#show(draft.task);
    } else if (wasBack) this.#show(null);
    else tell(say("nothing_to_undo"));
  }

  /** @param {import("./history.js").Past} past */
  #showPast(past) {
    at("rest").hidden = true;
    at("desk").classList.remove("at-rest");
    if (past.task) {
      this.#render(past.task, new Draft(past.task, past.kind === "answer" ? past.body : { labels: [], note: "", clauses: [] }), true);
    } else showGone(past.item, `${say("answered", { labels: listed(past.body.labels) })} ${say("not_loaded")}`);
    const table = this.keys().table;
    const [undo, next] = [table.undo, table.forward].map(([key]) => (key ? keyLabel(key) : "–"));
    tell(say("looking_back", { place: this.history.steps, all: this.history.length, undo, next }));
  }

  /** Keep what was begun with the present item while another is shown. */
  #keep() {
    if (!this.draft || this.history.seen) return;
    this.#save();
    this.#drafts.set(this.draft.task.assignment_id, this.draft);
  }

  /**
   * Have the clauses chosen that an answer needs; whether it has them.
   * @param {Draft} draft
   */
  async #clausesFor(draft) {
    const left = await askClauses(draft, this.composition, () => this.#save());
    showChoice(draft);
    if (left && draft.wanting.length) tell(say("clause_wanted", { labels: named(draft.task, draft.wanting) }));
    return left && !draft.wanting.length && draft === this.draft;
  }

  #rest() {
    if (this.history.seen) return;
    const { why, detail } = this.supply;
    at("rest").hidden = false;
    at("desk").classList.add("at-rest");
    const [title, about] = RESTING[why] ?? ["loading", ""];
    at("rest-title").textContent = say(title);
    at("rest-about").textContent = why === "refused" ? detail : about ? say(about) : "";
    const wanted = why === "empty" ? this.supply.rounds : [];
    showRounds(wanted, () => this.supply.fill());
    at("rest-more").hidden = why !== "empty" || wanted.length > 0;
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
