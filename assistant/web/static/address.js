// Where this site's addresses begin: at `/`, or below the path a proxy gives it. This file lies two folders below that.

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * An address of this site.
 * @param {string} path from the site's root, e.g. `/login`
 */
export function address(path) {
  return ROOT + path;
}
