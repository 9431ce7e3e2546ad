/**
 * What a step is compiled in: its input's columns, the compiler, and where remarks go. Expressions
 * are type-checked here, each on its own, so that a mistake has a place; the engine compiles them
 * once more when the plan runs.
 */

import { WeirError } from '../../base/errors.ts'
import type { Compiler } from '../../engine/columns/expression.ts'
import type { Named } from '../../engine/plan/plan.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { type Type, typeText } from '../../engine/schema/type.ts'
import { SqlError } from '../../sql/text/trouble.ts'
import type { Remarks } from '../lint/remarks.ts'
import { anotherName } from '../lint/step.ts'
import { nearest } from '../shape/nearest.ts'
import type { Place, Written } from '../shape/shape.ts'
import { type Fragment, placeIn, wholeOf } from './fragment.ts'

export interface Tools {
  readonly compiler: Compiler
  readonly remarks: Remarks
  /** The file's text. */
  readonly source: string
}

export class Scope {
  readonly schema: Schema
  readonly #tools: Tools

  constructor(schema: Schema, tools: Tools) {
    this.schema = schema
    this.#tools = tools
  }

  /** Missing: it was wrong, and that was said. */
  typed(fragment: Fragment): Type | undefined {
    return this.guarded(fragment, () => {
      return this.#tools.compiler.expression(fragment.text, this.schema).type
    })
  }

  /** Whatever SQL says about a fragment is said at its place. */
  guarded<T>(fragment: Fragment, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const { source, remarks } = this.#tools
      const index = error instanceof SqlError ? error.from : 0
      remarks.error(placeIn(source, fragment, index), error.code, sentenceOf(error))
      return undefined
    }
  }

  expression(written: Written): Type | undefined {
    return this.typed(wholeOf(written))
  }

  condition(written: Written): boolean {
    return this.isCondition(wholeOf(written))
  }

  isCondition(fragment: Fragment): boolean {
    const type = this.typed(fragment)
    if (type === undefined) return false
    if (type.kind === 'boolean') return true
    const message = `a condition is wanted, which is true or false; this is ${typeText(type)}`
    return this.faultIn(fragment, 'sql-type', message)
  }

  /** Always false, like `fault`. */
  faultIn(fragment: Fragment, code: string, message: string): false {
    return this.fault(placeIn(this.#tools.source, fragment, 0), code, message)
  }

  /** Each of them; missing: one was wrong. */
  named(columns: Iterable<readonly [string, Written]>): readonly Named[] | undefined {
    const all = [...columns]
    const types = all.map(([, written]) => this.expression(written))
    if (types.includes(undefined)) return undefined
    return all.map(([name, { text }]) => ({ name, expression: text }))
  }

  /** False: the input has no such column, and that was said. */
  hasColumn({ text, at }: Written): boolean {
    if (this.schema.placeOf(text) >= 0) return true
    const { namesTold: names } = this.schema
    const message = `there is no column ${text}; there are ${names.join(', ')}`
    this.#tools.remarks.error(at, 'sql-unknown-column', message, nearest(text, names))
    return false
  }

  /** False: there is one already, and that was said. */
  isNew({ text, at }: Written): boolean {
    if (this.schema.placeOf(text) < 0) return true
    const names = new Set(this.schema.names)
    const message = `the column ${text} is here already`
    return this.fault(at, 'duplicate-column', message, anotherName(text, names))
  }

  /** Always false: so that whoever says it can answer with it. */
  fault(at: Place, code: string, message: string, suggestion?: string): false {
    this.#tools.remarks.error(at, code, message, suggestion)
    return false
  }
}

/** Without the code in front and the place behind, which are said apart. */
export function sentenceOf(error: WeirError): string {
  if (error instanceof SqlError) return error.sentence
  return error.message.slice(error.code.length + 2)
}
