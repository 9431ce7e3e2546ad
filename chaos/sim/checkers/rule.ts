/** What all checkers share: a name, a count, and one way to object. */

import type { Checker } from './checker.ts'
import { Violation } from './checker.ts'

export abstract class Rule implements Checker {
  abstract readonly name: string
  checks = 0

  /** `detail` is put together only when it is needed. */
  protected must(holds: boolean, detail: () => string): void {
    this.checks++
    if (!holds) throw new Violation(this.name, detail())
  }
}
