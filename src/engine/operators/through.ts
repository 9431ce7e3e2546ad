/** A union: the records of several inputs go on as they came. */

import { WeirError } from '../../base/errors.ts'
import type { Records } from '../columns/records.ts'
import type { Schema } from '../schema/schema.ts'
import type { OperatorContext } from './context.ts'
import type { Operator, Output } from './operator.ts'

export class Through implements Operator {
  readonly schema: Schema
  readonly sides: ReadonlyMap<string, Schema> = new Map()

  constructor({ inputs }: OperatorContext) {
    const [first, ...others] = inputs as [Schema, ...Schema[]]
    const odd = others.find(other => !other.equals(first))
    if (odd !== undefined) {
      const what = `a union's inputs have the same columns; these are (${first}) and (${odd})`
      throw new WeirError('inputs-differ', what)
    }
    this.schema = first
  }

  take(_input: number, records: Records, out: Output): void {
    out.emit({ ...records, schema: this.schema })
  }
}
