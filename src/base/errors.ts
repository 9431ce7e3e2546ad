/**
 * Two kinds of bad news, never mixed. A `WeirError` answers somebody else's mistake (bytes, peers,
 * users): its code is stable and its message says what to do. A `BrokenInvariant` is a mistake of
 * our own: nothing that follows could be trusted, so nobody catches it in order to go on.
 */

/** What an error was about: plain values, safe to log. */
type ErrorData = Readonly<Record<string, string | number | boolean>>

const NO_DATA: ErrorData = Object.freeze({})

export class WeirError extends Error {
  override readonly name = 'WeirError'
  readonly code: string
  readonly data: ErrorData

  constructor(code: string, message: string, data: ErrorData = NO_DATA) {
    super(`${code}: ${message}`)
    this.code = code
    this.data = data
  }
}

/** A WeirError says its code itself. */
export function bare({ code, message }: { readonly code: string; readonly message: string }) {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
}

export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'
  /** The invariant's name, by which tests, checkers and docs cite it. */
  readonly invariant: string

  constructor(invariant: string, detail?: string) {
    super(detail === undefined ? invariant : `${invariant}: ${detail}`)
    this.invariant = invariant
  }
}

/** A value to print as it is, or a function that is called only when the news is bad. */
type Detail = string | number | (() => string)

/**
 * Stops the program when it contradicts itself. `name` is a constant and `detail` builds nothing
 * until it is needed, so that an invariant that holds costs one test, in the hottest loop too.
 */
export function invariant(condition: unknown, name: string, detail?: Detail): asserts condition {
  if (!condition) {
    throw broken(name, detail)
  }
}

function broken(name: string, detail: Detail | undefined): BrokenInvariant {
  return new BrokenInvariant(name, typeof detail === 'function' ? detail() : detail?.toString())
}

/** The end of a total switch: the compiler proves that no value comes here. */
export function unreachable(value: never): never {
  throw new BrokenInvariant('unreachable', JSON.stringify(value))
}
