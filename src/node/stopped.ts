/** How whatever a node begins comes to an end before it has come to its own. */

/** Not an error: a node that was looking for a cluster, or opening what it has, is to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** A WeirError says its code itself. */
export function bare({ code, message }: { readonly code: string; readonly message: string }) {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
}
