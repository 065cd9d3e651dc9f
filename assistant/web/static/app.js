// What every page needs: menus that close, and requests of htmx that fail told in words.

import { address } from "./address.js";

const OPEN_MENU = /** @type {"details"} */ ("details.menu[open]");

/** @param {string} text */
function tell(text) {
  const box = document.getElementById("messages");
  if (!box) throw new Error("the page has no #messages");
  const line = document.createElement("p");
  line.className = "message";
  line.textContent = text;
  box.replaceChildren(line);
  setTimeout(() => line.remove(), 8000);
}

/** @param {Element | null} except */
function closeMenus(except) {
  for (const menu of document.querySelectorAll(OPEN_MENU)) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target instanceof Element ? event.target.closest("details.menu") : null);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(OPEN_MENU);
  if (!open) return;
  open.open = false;
  open.querySelector("summary")?.focus();
});

// Whoever signs out leaves nothing behind of answers they were making; those that wait to be sent stay theirs.
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof Element) || !event.target.getAttribute("action")?.endsWith("/logout")) return;
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("assistant.drafts.")) localStorage.removeItem(name);
  } catch {
    // a browser that stores nothing has nothing to leave behind
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = /** @type {CustomEvent<{ xhr: XMLHttpRequest }>} */ (event).detail;
  const problem = xhr.getResponseHeader("X-Problem");
  if (xhr.status === 401) location.assign(address("/login"));
  else tell(problem ? decodeURIComponent(problem) : xhr.statusText);
});
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline ?? ""));

export { tell };
