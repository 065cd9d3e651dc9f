// The review page: puts its parts together and lets keys and buttons do the same things.

import { showKeys, showNetwork, tell } from "./bar_view.js";
import { Cover } from "./cover.js";
import { anyOpen } from "./dialogs.js";
import { at } from "./dom.js";
import { History } from "./history.js";
import { Composition, actionsOf, belongsToControl, isTyping, keyName } from "./keys.js";
import { KeysDialog } from "./keys_dialog.js";
import { Loop } from "./loop.js";
import { showKept, showPause, showSpent, showTaught } from "./notices.js";
import { Outbox } from "./outbox.js";
import { Precedents } from "./precedents.js";
import { Stopwatch } from "./stopwatch.js";
import { Supply } from "./supply.js";
import { onlyHere } from "./tabs.js";
import { say, speak } from "./texts.js";

const DEFAULTS = { keys: "own", remapped: {}, tap: false, cover_all: false, at_once: false };

const data = JSON.parse(at("review-data").textContent);
speak(data.texts, data.language);

const preferences = { ...DEFAULTS, ...data.preferences };
const composition = new Composition();
const stopwatch = new Stopwatch();
const outbox = new Outbox(data.desk);
const supply = new Supply(data.ahead, () => stopwatch.idle);
const history = new History(outbox);
const precedents = new Precedents();
const cover = new Cover(preferences);
const labelKeys = () => loop.draft?.task.labels.map((label) => label.key) ?? [];
const keysDialog = new KeysDialog(preferences, labelKeys, () => showKeys(keysDialog.table), composition);
const loop = new Loop({
  ...{ supply, outbox, history, stopwatch, cover, composition, preferences, precedents },
  keys: () => keysDialog,
});

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

/** Of two actions on one key, the one that makes sense now. */
function chosen(actions) {
  if (actions.includes("submit") && actions.includes("accept")) {
    return loop.draft && !loop.draft.ready && loop.draft.task.suggestion ? "accept" : "submit";
  }
  return actions[0];
}

function pressed(event) {
  if (event.defaultPrevented || composition.holds(event) || isTyping(event.target) || anyOpen()) return;
  const name = keyName(event);
  if (!name || belongsToControl(name, event.target)) return;
  const action = chosen(actionsOf(name, keysDialog.table));
  if (action) {
    event.preventDefault();
    if (event.repeat && action !== "back" && action !== "forward") return; // a key that rests isn't pressed again
    if (action === "cover") cover.down();
    else void ACTIONS[action]();
  } else if (!event.repeat && loop.working && loop.pickByKey(name)) event.preventDefault();
}

function released(event) {
  if (actionsOf(keyName(event), keysDialog.table).includes("cover")) cover.up();
}

/** After a press with the mouse the keys belong to the page again, not to the button. */
function giveBackFocus(event) {
  if (event.detail > 0 && event.target.closest("#answer button") && !anyOpen()) at("item-title").focus({ preventScroll: true });
}

async function takeBreak() {
  loop.clear();
  await supply.stop();
  outbox.hurry();
  const dialog = /** @type {HTMLDialogElement} */ (at("pause-dialog"));
  dialog.addEventListener("close", () => supply.start(), { once: true });
  dialog.showModal();
}

function lost({ detail: { task } }) {
  if (loop.draft?.task === task) tell(say("lease_over"));
}

function listen() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("keyup", released);
  document.addEventListener("click", giveBackFocus);
  for (const button of document.querySelectorAll("button[data-action]")) {
    button.addEventListener("click", () => void ACTIONS[button.dataset.action]?.());
  }
  at("take-break").addEventListener("click", () => void takeBreak());
  supply.addEventListener("change", () => loop.wake());
  supply.addEventListener("lost", lost);
  supply.addEventListener("told", ({ detail: { pause, spent, fresh } }) => {
    precedents.prepare(fresh);
    showPause(pause, () => void takeBreak());
    showSpent(spent);
  });
  outbox.addEventListener("change", () => showNetwork(outbox));
  outbox.addEventListener("done", ({ detail: { entry, told } }) => {
    showTaught(entry, told);
    showKept(outbox);
  });
  outbox.addEventListener("refused", () => showKept(outbox));
  for (const event of ["online", "offline"]) addEventListener(event, () => showNetwork(outbox));
}

showKeys(keysDialog.table);
listen();
loop.wake();
onlyHere(data.desk, {
  begin() {
    showKept(outbox);
    outbox.hurry();
    supply.start();
    void history.load().catch(() => {});
  },
  end() {
    supply.forget();
    loop.clear();
  },
});
