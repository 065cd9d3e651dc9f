// The loop: an item is shown, decided, and the next is there. Nothing here waits for the network.

import { Unreachable } from "./api.js";
import { showChoice, showLabels, showMachine, tell } from "./bar_view.js";
import { askClauses, askHandOver, askSkip, askText, showPolicyDialog } from "./dialogs.js";
import { at } from "./dom.js";
import { Draft } from "./draft.js";
import { showGone, showItem, toggleTranslation } from "./item_view.js";
import { keyLabel } from "./keys.js";
import { showPolicy, showPrecedents } from "./policy_view.js";
import { showRounds } from "./rounds.js";
import { count, listed, say } from "./texts.js";

const UNREAD = 250; // ms after an item is there in which nobody can have read it
const UNDO_SKIP = 5000; // ms a skip waits before it is sent, since a skip that was sent is final

export class Loop {
  #drafts = new Map();
  #shownAt = 0;
  #given = 0;

  constructor({ supply, outbox, history, stopwatch, cover, composition, keys, preferences, precedents }) {
    Object.assign(this, { supply, outbox, history, stopwatch, cover, composition, keys, preferences, precedents });
    /** @type {Draft | null} */
    this.draft = null;
  }

  /** Whether a key can do something now. */
  get working() {
    return this.draft !== null && this.history.seen === null;
  }

  /** Go on to the next item. */
  next() {
    this.#drafts.delete(this.draft?.task.assignment_id);
    this.#show(this.supply.next());
  }

  /** Show an item that came while there was none. */
  wake() {
    if (!this.draft && this.supply.tasks.length) this.next();
    else if (!this.draft) this.#rest();
  }

  pick(name) {
    if (!this.working) return;
    if (name === null) this.draft.pickNone();
    else this.draft.pick(name);
    showChoice(this.draft);
    const single = !this.draft.multi;
    if (single && this.preferences.at_once && !this.#unread()) void this.submit();
  }

  pickByKey(key) {
    const label = this.draft.task.labels.find((one) => one.key === key);
    if (label) this.pick(label.name);
    else if (key === "0" && this.draft.multi) this.pick(null);
    else return false;
    return true;
  }

  async submit() {
    if (!this.working) return;
    if (!this.draft.ready) return tell(say("choose_first"));
    if (this.draft.wanting.length && !(await this.#clausesFor(this.draft))) return;
    const { draft } = this;
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.#hand("answer", draft.body(id, this.stopwatch.seconds), id, say("stored", { labels: listed(draft.labels) }));
  }

  async accept() {
    if (!this.working) return;
    if (!this.draft.task.suggestion) return tell(say("no_suggestion"));
    if (this.#unread()) return tell(say("too_fast"));
    this.draft.accept();
    showChoice(this.draft);
    await this.submit();
  }

  async skip() {
    const { draft } = this;
    const given = this.working && (await askSkip(this.composition));
    if (!given || draft !== this.draft) return;
    const id = `skip-${draft.task.assignment_id}-${draft.task.token}`;
    this.#hand("skip", { token: draft.task.token, ...given }, id, say("skipped"), UNDO_SKIP);
  }

  async escalate() {
    const { draft } = this;
    const note = this.working && (await askText("escalate", draft.note, this.composition, true));
    if (!note || draft !== this.draft) return;
    const id = `escalate-${draft.task.assignment_id}-${draft.task.token}`;
    this.#hand("escalate", { token: draft.task.token, note }, id, say("escalated"), UNDO_SKIP);
  }

  async handOver() {
    const { draft } = this;
    const given = this.working && (await askHandOver(draft.note, this.composition));
    if (!given || draft !== this.draft) return;
    const id = `hand-over-${draft.task.assignment_id}-${draft.task.token}`;
    const told = given.to ? say("handed_over", { name: given.to }) : say("handed_back");
    this.#hand("hand-over", { token: draft.task.token, ...given }, id, told, UNDO_SKIP);
  }

  async note() {
    const { draft } = this;
    const note = this.working ? await askText("note", draft.note, this.composition) : null;
    if (note === null) return;
    draft.note = note;
    if (draft === this.draft) showChoice(draft);
  }

  async clause() {
    if (!this.working) return;
    await askClauses(this.draft, this.composition);
    showChoice(this.draft);
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
      return tell(error instanceof Unreachable ? say("undo_offline") : error.message);
    }
    if (!taken) return tell(say("nothing_to_undo"));
    const { task, past } = taken;
    this.supply.before(task);
    this.#drafts.set(task.assignment_id, new Draft(task, past.kind === "answer" ? past.body : null));
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

  #hand(kind, body, id, told, hold = 0) {
    const { task } = this.draft;
    this.outbox.put({ id, kind, assignment: task.assignment_id, item: task.item.id, body }, hold);
    this.history.add({ id, kind, task, item: task.item.id, body, review: null });
    this.#given += kind === "answer" ? 1 : 0;
    this.next();
    tell(told, this.draft?.task.item.id);
  }

  #show(task) {
    at("rest").hidden = task !== null;
    at("desk").classList.toggle("at-rest", task === null);
    this.draft = null;
    if (!task) return this.#rest();
    this.draft = this.#drafts.get(task.assignment_id) ?? new Draft(task);
    this.#render(task, this.draft, false);
    this.stopwatch.restart(this.draft.seconds);
    this.#shownAt = performance.now();
    tell("");
    void this.precedents.of(task).then((found) => this.draft?.task === task && showPrecedents(found));
  }

  #render(task, draft, readOnly) {
    showItem(task);
    this.cover.lay(task);
    showPolicy(task);
    showLabels(task, (name) => this.pick(name));
    showMachine(task);
    showChoice(draft, readOnly);
    at("given").textContent = say("given_now", { count: count(this.#given) });
    if (!document.querySelector("dialog[open]")) at("item-title").focus({ preventScroll: true });
  }

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
    this.draft.seconds = this.stopwatch.seconds;
    this.#drafts.set(this.draft.task.assignment_id, this.draft);
  }

  async #clausesFor(draft) {
    const left = await askClauses(draft, this.composition);
    showChoice(draft);
    if (left && draft.wanting.length) tell(say("clause_wanted", { labels: listed(draft.wanting) }));
    return left && !draft.wanting.length && draft === this.draft;
  }

  #unread() {
    return performance.now() - this.#shownAt < UNREAD;
  }

  #rest() {
    if (this.history.seen) return;
    const { why, detail } = this.supply;
    at("rest").hidden = false;
    at("desk").classList.add("at-rest");
    const [title, about] = { empty: ["empty", "empty_about"], offline: ["empty_offline", "empty_offline_about"], refused: ["empty_refused", ""] }[why] ?? ["loading", ""];
    at("rest-title").textContent = say(title);
    at("rest-about").textContent = why === "refused" ? detail : about ? say(about) : "";
    const wanted = why === "empty" ? this.supply.rounds : [];
    showRounds(wanted, () => this.supply.fill());
    at("rest-more").hidden = why !== "empty" || wanted.length > 0;
  }
}
