/** Several who work side by side wait for each other: then something is done for all at once. */

export class Meeting<T> {
  readonly #deed: (last: T) => Promise<void>
  #expected: number
  #here: { readonly go: () => void; readonly fail: (error: unknown) => void; readonly with: T }[] =
    []

  constructor(expected: number, deed: (last: T) => Promise<void>) {
    this.#expected = expected
    this.#deed = deed
  }

  /** Answered when all have come who have not left, and it is done. */
  come(what: T): Promise<void> {
    return new Promise((go, fail) => {
      this.#here.push({ go, fail, with: what })
      this.#maybeHold()
    })
  }

  /** Comes no more. */
  leave(): void {
    this.#expected--
    this.#maybeHold()
  }

  #maybeHold(): void {
    const last = this.#here.at(-1)
    if (last === undefined || this.#here.length < this.#expected) return
    const all = this.#here
    this.#here = []
    this.#deed(last.with).then(
      () => all.forEach(({ go }) => void go()),
      error => all.forEach(({ fail }) => void fail(error)),
    )
  }
}
