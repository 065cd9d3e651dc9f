// The review page: puts its parts together and lets keys and buttons do the same things.

import { belongTo } from "./api.js";
import { showKeys, showNetwork, tell } from "./bar_view.js";
import { Cover } from "./cover.js";
import { anyOpen } from "./dialogs.js";
import { at } from "./dom.js";
import { Drafts } from "./drafts.js";
import { keepFocusAt } from "./focus.js";
import { History } from "./history.js";
import { Composition, actionsOf, belongsToControl, isTyping, keyName } from "./keys.js";
import { KeysDialog } from "./keys_dialog.js";
import { Loop } from "./loop.js";
import { Notices } from "./notices.js";
import { Outbox } from "./outbox.js";
import { Precedents } from "./precedents.js";
import { Stopwatch } from "./stopwatch.js";
import { Supply } from "./supply.js";
import { onlyHere } from "./tabs.js";
import { count, say, speak } from "./texts.js";

const DRAINING = 2000; // ms that answers which wait are given before more items are asked for
/** @type {Required<Api.ReviewPreferences>} */
const DEFAULTS = { keys: "own", remapped: {}, tap: false, cover_all: false, at_once: false };

/**
 * What the page begins with.
 * @type {{
 *   desk: string,
 *   by_password: boolean,
 *   ahead: number,
 *   language: string,
 *   texts: import("./texts.js").Texts,
 *   preferences: Api.ReviewPreferences,
 * }}
 */
const data = JSON.parse(at("review-data").textContent);
speak(data.texts, data.language);
belongTo(data.desk);

const preferences = { ...DEFAULTS, ...data.preferences };
const composition = new Composition();
const stopwatch = new Stopwatch();
const outbox = new Outbox(data.desk);
const supply = new Supply(data.ahead, () => stopwatch.idle, outbox);
const history = new History(outbox);
const drafts = new Drafts(data.desk);
const notices = new Notices(data.desk);
const precedents = new Precedents();
const cover = new Cover(preferences);
const labelKeys = () => loop.draft?.task.labels.map((label) => label.key) ?? [];
const keysDialog = new KeysDialog(preferences, labelKeys, () => showKeys(keysDialog.table), composition);
const loop = new Loop({
  ...{ supply, outbox, history, drafts, stopwatch, cover, composition, preferences, precedents },
  keys: () => keysDialog,
});

/** @type {Record<string, () => unknown>} */
const ACTIONS = {
  submit: () => loop.submit(),
  accept: () => loop.accept(),
  skip: () => loop.skip(),
  escalate: () => loop.escalate(),
  hand_over: () => loop.handOver(),
  undo: () => loop.undo(),
  policy: () => loop.policy(),
  translate: () => loop.translate(),
  note: () => loop.note(),
  clause: () => loop.clause(),
  back: () => loop.back(),
  forward: () => loop.forward(),
  help: () => keysDialog.open(),
};

/**
 * Of two actions on one key, the one that makes sense now.
 * @param {string[]} actions
 */
function chosen(actions) {
  if (actions.includes("submit") && actions.includes("accept")) {
    return loop.draft && !loop.draft.ready && loop.draft.task.suggestion ? "accept" : "submit";
  }
  return actions[0];
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || composition.holds(event) || isTyping(event.target) || anyOpen()) return;
  const name = keyName(event);
  if (name === "Escape") return void notices.dismiss();
  if (!name || belongsToControl(name, event.target)) return;
  const action = chosen(actionsOf(name, keysDialog.table));
  if (action) {
    event.preventDefault();
    if (event.repeat && action !== "back" && action !== "forward") return; // a key that rests isn't pressed again
    if (action === "cover") cover.down();
    else void ACTIONS[action]();
  } else if (!event.repeat && loop.working && loop.pickByKey(name)) event.preventDefault();
}

/** @param {KeyboardEvent} event */
function released(event) {
  if (actionsOf(keyName(event), keysDialog.table).includes("cover")) cover.up();
}

async function takeBreak() {
  loop.clear();
  await supply.stop();
  outbox.hurry();
  const dialog = at("pause-dialog", HTMLDialogElement);
  dialog.addEventListener("close", () => supply.start(), { once: true });
  dialog.showModal();
}

/** @param {Event} event */
function lost(event) {
  const { task } = /** @type {import("./supply.js").Lost} */ (event).detail;
  if (loop.draft?.task === task) tell(say("lease_over"));
}

/** Answers that waited are on their way as soon as they can be, and it is said when they got there. */
let waited = 0;
function network() {
  if (outbox.state) waited = Math.max(waited, outbox.size);
  else if (waited && !outbox.size) {
    tell(say("sent_now", { count: count(waited) }));
    waited = 0;
  }
  showNetwork(outbox, supply, data.by_password);
}

function tryAgain() {
  outbox.hurry();
  supply.fill();
}

function listen() {
  keepFocusAt(at("item-title"));
  document.addEventListener("keydown", pressed);
  document.addEventListener("keyup", released);
  for (const button of document.querySelectorAll(/** @type {"button"} */ ("button[data-action]"))) {
    button.addEventListener("click", () => void ACTIONS[button.dataset.action ?? ""]?.());
  }
  at("take-break").addEventListener("click", () => void takeBreak());
  at("network-again").addEventListener("click", tryAgain);
  addEventListener("focus", () => outbox.hurry());
  document.addEventListener("visibilitychange", () => !document.hidden && outbox.hurry());
  supply.addEventListener("change", () => {
    network();
    loop.wake();
  });
  supply.addEventListener("lost", lost);
  supply.addEventListener("told", (event) => {
    const { pause, spent, fresh } = /** @type {import("./supply.js").Told} */ (event).detail;
    precedents.prepare(fresh);
    notices.pause(pause, () => void takeBreak());
    notices.spent(spent);
  });
  outbox.addEventListener("change", network);
  outbox.addEventListener("done", (event) => {
    const { entry, told } = /** @type {import("./outbox.js").Done} */ (event).detail;
    supply.admitted();
    network();
    notices.taught(entry, told);
    notices.kept(outbox);
  });
  outbox.addEventListener("refused", () => notices.kept(outbox));
  for (const event of ["online", "offline"]) addEventListener(event, network);
}

showKeys(keysDialog.table);
listen();
loop.wake();
onlyHere(data.desk, {
  async begin() {
    // What was answered before the page was loaded goes first, or it would be handed out once more.
    await Promise.race([outbox.open(), new Promise((resolve) => setTimeout(resolve, DRAINING))]);
    notices.kept(outbox);
    supply.start();
    void history.load().catch(() => {});
  },
  end() {
    outbox.close();
    supply.forget();
    loop.clear();
  },
});
