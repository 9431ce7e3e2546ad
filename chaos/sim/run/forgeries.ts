/** FORGE-1: what no replica sends is refused, with the code that says what is wrong with it. */

import { Rule } from '../checkers/rule.ts'

export class Forgeries extends Rule {
  readonly name = 'FORGE-1 forgeries are refused'

  readonly judge = (kind: string, expected: string, said: string | undefined): void => {
    this.must(said === expected, () => `${kind}: ${said ?? 'taken'} and not ${expected}`)
  }
}
