// Talking to the server: JSON there and back, the page's token along, and errors told apart. A page that is older than
// the session fetches the session's token and goes on, as long as the session is the same person's.

import { address } from "../address.js";

/** The network, or a server that doesn't answer: try again later. */
export class Unreachable extends Error {}

/** An answer of the server that isn't the wanted one. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string }} problem
   * @param {number} wait seconds the server asks for
   */
  constructor(status, problem, wait = 0) {
    super(problem.detail ?? `status ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.wait = wait;
  }

  /** Whether the same request may do better later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** Whether it is about who asks, not about what was asked. */
  get aboutLogin() {
    return this.status === 401 || ["csrf", "origin", "other_person"].includes(this.code);
  }
}

const PATIENCE = 15_000;
const TOKEN = /** @type {"meta"} */ ("meta[name=csrf-token]");
const TOKEN_FIELD = /** @type {"input"} */ ("input[name=csrf_token]");
let owner = "";
/** @type {Promise<void> | null} */
let renewing = null;

/**
 * Whose page this is, as the server names them: nothing is sent in another person's session.
 * @param {string} desk
 */
export function belongTo(desk) {
  owner = desk;
}

/**
 * Ask the server.
 * @param {string} method
 * @param {string} path from the site's root
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  try {
    return await askOnce(method, path, body);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "csrf") throw error;
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    await renewing;
    return await askOnce(method, path, body);
  }
}

/** The token of the session as it is now: in scripts and in the forms of the page. */
async function renew() {
  /** @type {Api.CurrentSession} */
  const { desk, csrf } = await ask("GET", "/api/v1/profile/session");
  if (desk !== owner) throw new Refused(403, { code: "other_person" });
  const token = document.querySelector(TOKEN);
  if (!token) throw new Error("the page has no meta[name=csrf-token]");
  token.content = csrf;
  for (const field of document.querySelectorAll(TOKEN_FIELD)) field.value = csrf;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": csrf }));
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function askOnce(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { "X-CSRF-Token": document.querySelector(TOKEN)?.content ?? "" };
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address(path), {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "error",
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  return response.ok ? await read(response) : await refuse(response);
}

/** @param {Response} response */
async function read(response) {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(`the answer broke off: ${error}`);
  }
}

/**
 * @param {Response} response
 * @returns {Promise<never>}
 */
async function refuse(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // a proxy's own page
  }
  throw new Refused(response.status, problem, Number(response.headers.get("retry-after")) || 0);
}
