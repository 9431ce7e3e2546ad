/**
 * The same question, asked by several at the same time, is asked once: when a node begins to lead,
 * all its groups want to know the same of the same topics. An answer may be as old as the first who
 * asked; whoever must not have an older one than its own question does not ask here.
 */

export class Shared<T> {
  readonly #asked = new Map<string, Promise<T>>()

  ask(of: string, work: () => Promise<T>): Promise<T> {
    const asked = this.#asked.get(of)
    if (asked !== undefined) return asked
    const asking = work().finally(() => this.#asked.delete(of))
    this.#asked.set(of, asking)
    return asking
  }
}
