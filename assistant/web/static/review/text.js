// Content as text: what would be invisible is shown, links are inert and whole, words of mixed scripts are marked.

import { make } from "./dom.js";

const NAMES = new Map([
  [0x00ad, "SHY"], [0x034f, "CGJ"], [0x061c, "ALM"], [0x115f, "HF"], [0x1160, "HF"], [0x17b4, "KIV"], [0x17b5, "KIV"],
  [0x180e, "MVS"], [0x200b, "ZWSP"], [0x200c, "ZWNJ"], [0x200d, "ZWJ"], [0x200e, "LRM"], [0x200f, "RLM"],
  [0x202a, "LRE"], [0x202b, "RLE"], [0x202c, "PDF"], [0x202d, "LRO"], [0x202e, "RLO"], [0x2060, "WJ"],
  [0x2061, "FA"], [0x2062, "IT"], [0x2063, "IS"], [0x2064, "IP"], [0x2066, "LRI"], [0x2067, "RLI"], [0x2068, "FSI"],
  [0x2069, "PDI"], [0x3164, "HF"], [0xfeff, "BOM"], [0xffa0, "HF"], [0x00a0, "NBSP"], [0x2028, "LSEP"],
  [0x2029, "PSEP"], [0x7f, "DEL"],
]);

// Emoji are joined by ZWJ and told apart by variation selectors: between pictures these say nothing worth a mark.
const EMOJI = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)+`;
const HIDDEN = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]`;
const LINK = String.raw`(?:[a-z][a-z0-9+.\-]{1,15}:\/\/|www\.)[^\s<>"'“”‘’，。！？）】」]+`;
const WORD = String.raw`[\p{L}\p{M}\p{Nd}]+`;
const PIECES = new RegExp(`(?<emoji>${EMOJI})|(?<hidden>${HIDDEN})|(?<link>${LINK})|(?<word>${WORD})`, "giu");

// Scripts whose letters look alike; Han, kana and Latin stand together in ordinary Chinese and Japanese.
const ALIKE = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u];
const STYLED = /[\u{1d400}-\u{1d7ff}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\u{24b6}-\u{24e9}]/u;

/** @typedef {{ hidden: number, mixed: number, links: number }} Marks how many of each were made */

/**
 * Whether a word mixes scripts that look alike, or is set in letters made for formulas.
 * @param {string} word
 */
export function isMixed(word) {
  return ALIKE.filter((script) => script.test(word)).length > 1 || STYLED.test(word);
}

/**
 * How a character nobody sees is shown.
 * @param {string} character
 */
export function mark(character) {
  const code = character.codePointAt(0) ?? 0;
  const name = NAMES.get(code);
  if (name) return name;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return codeOf(character);
}

/** @param {string} character */
function codeOf(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * A text in pieces an element can hold.
 * @param {string} text
 * @returns {Marks & { nodes: Node[] }}
 */
export function pieces(text) {
  /** @type {Marks & { nodes: Node[] }} */
  const found = { nodes: [], hidden: 0, mixed: 0, links: 0 };
  let plain = "";
  const flush = () => {
    if (plain) found.nodes.push(document.createTextNode(plain));
    plain = "";
  };
  /** @param {Node} node */
  const put = (node) => {
    flush();
    found.nodes.push(node);
  };
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    plain += text.slice(end, match.index);
    end = match.index + match[0].length;
    const { hidden, link, word } = match.groups ?? {};
    if (hidden !== undefined) {
      found.hidden += 1;
      put(make("span", { class: "hidden-mark", text: mark(hidden), title: codeOf(hidden) }));
    } else if (link !== undefined) {
      found.links += 1;
      put(make("span", { class: "inert-link", text: link }));
    } else if (word !== undefined && isMixed(word)) {
      found.mixed += 1;
      put(make("span", { class: "mixed-word", text: word }));
    } else plain += match[0];
  }
  plain += text.slice(end);
  flush();
  return found;
}

/**
 * Show a text in an element, the first place of a quote marked.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {string[]} quotes
 */
export function show(element, text, quotes = []) {
  const total = { hidden: 0, mixed: 0, links: 0 };
  element.replaceChildren();
  for (const [part, quoted] of parts(text, quotes)) {
    const found = pieces(part);
    add(total, found);
    element.append(...(quoted ? [make("mark", {}, ...found.nodes)] : found.nodes));
  }
  return total;
}

/**
 * Count marks together.
 * @param {Marks} total changed
 * @param {Marks} found
 */
export function add(total, found) {
  total.hidden += found.hidden;
  total.mixed += found.mixed;
  total.links += found.links;
}

/**
 * The text in parts, each with whether it is quoted; quotes that overlap an earlier one are left out.
 * @param {string} text
 * @param {string[]} quotes
 * @returns {[string, boolean][]}
 */
function parts(text, quotes) {
  const places = quotes
    .map((quote) => [text.indexOf(quote), quote.length])
    .filter(([start, length]) => start >= 0 && length > 0)
    .sort((one, other) => one[0] - other[0]);
  /** @type {[string, boolean][]} */
  const found = [];
  let end = 0;
  for (const [start, length] of places) {
    if (start < end) continue;
    if (start > end) found.push([text.slice(end, start), false]);
    found.push([text.slice(start, start + length), true]);
    end = start + length;
  }
  if (end < text.length) found.push([text.slice(end), false]);
  return found;
}
