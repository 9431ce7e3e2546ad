/** Random expressions of a given type over given columns. They compute whatever is in there. */

import type { Prng } from '../../../src/base/prng.ts'
import {
  call,
  cast,
  column,
  type Expr,
  type FunctionName,
  literal,
} from '../../oracle/expression.ts'
import {
  BIGINT,
  BOOLEAN,
  INTEGER,
  INTERVAL,
  isMoment,
  isSpan,
  JSON_TYPE,
  TEXT,
  type Type,
  typeText,
} from '../../oracle/type.ts'
import { type DrawnColumn, firm, isCalm, isNumber, isOrdered } from './kinds.ts'
import { drawPresent } from './values.ts'

const SCALARS: readonly Type[] = [
  ...[BOOLEAN, INTEGER, BIGINT, TEXT, { kind: 'double' } as const],
  { kind: 'decimal', precision: 10, scale: 2 },
]

const COMPARISONS: readonly FunctionName[] = [
  ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'distinct', 'same'] as const),
]

const NAMES_IN_JSON = ['a', 'a', 'b', '__proto__']

const PATTERNS = ['%', 'a%', '%b', '_', '%a%', '', 'a_b', '__%']

export class Drafter {
  readonly #prng: Prng
  readonly #columns: readonly DrawnColumn[]

  constructor(prng: Prng, columns: readonly DrawnColumn[]) {
    this.#prng = prng
    this.#columns = firm(columns)
  }

  /** Of a type for which there is a column, more often than not. */
  anyType(): Type {
    const prng = this.#prng
    if (this.#columns.length === 0 || prng.chance(0.3)) return prng.pick(SCALARS)
    const { type } = prng.pick(this.#columns)
    // Of JSON, what is in it.
    return type.kind === 'json' && prng.chance(0.7) ? TEXT : type
  }

  expression(type: Type, depth: number): Expr {
    if (depth <= 0 || this.#prng.chance(0.25)) return this.#leaf(type)
    if (this.#prng.chance(0.2)) return this.#choice(type, depth)
    switch (type.kind) {
      case 'boolean':
        return this.condition(depth)
      case 'text':
        return this.#text(depth)
      case 'integer':
      case 'bigint':
      case 'double':
      case 'decimal':
        return this.#number(type)
      case 'interval':
      case 'months':
        return this.#span(type)
      case 'timestamp':
      case 'timestamptz':
        return this.#moment(type)
      default:
        return this.#leaf(type)
    }
  }

  /** It fails for some records. */
  fallible(): Expr {
    const prng = this.#prng
    if (prng.chance(0.3)) return cast(this.#leaf(TEXT), BIGINT)
    const type = prng.pick([INTEGER, BIGINT])
    const fn = prng.pick(['add', 'sub', 'mul', 'mod'] as const)
    return call(fn, this.#leaf(type), this.#leaf(type))
  }

  failingCondition(): Expr {
    return call(this.#prng.pick(['gt', 'lt', 'eq'] as const), this.fallible(), this.#leaf(INTEGER))
  }

  condition(depth: number): Expr {
    const prng = this.#prng
    const inner = () => this.condition(depth - 1)
    if (depth <= 0) return this.#comparison(0)
    switch (prng.below(8)) {
      case 0:
        return call(prng.pick(['and', 'or'] as const), inner(), inner())
      case 1:
        return call('not', inner())
      case 2:
        return call(prng.pick(['is-true', 'is-false'] as const), inner())
      case 3:
        return this.#nullTest(depth)
      case 4:
        return this.#membership(depth)
      case 5:
        return call('like', this.expression(TEXT, depth - 1), literal(TEXT, prng.pick(PATTERNS)))
      default:
        return this.#comparison(depth - 1)
    }
  }

  #nullTest(depth: number): Expr {
    const of = this.expression(this.anyType(), depth - 1)
    return call(this.#prng.pick(['is-null', 'is-not-null'] as const), of)
  }

  #comparison(depth: number): Expr {
    const type = this.#orderedType()
    const [one, other] = [this.expression(type, depth), this.expression(type, depth)]
    return call(this.#prng.pick(COMPARISONS), one, other)
  }

  #membership(depth: number): Expr {
    const type = this.#orderedType()
    const some = (count: number) =>
      Array.from({ length: count }, () => this.expression(type, depth - 1))
    if (this.#prng.chance(0.5)) return call('between', ...some(3))
    return call('in', ...some(2 + this.#prng.below(3)))
  }

  #orderedType(): Type {
    const type = this.anyType()
    return isOrdered(type) ? type : INTEGER
  }

  #choice(type: Type, depth: number): Expr {
    const inner = () => this.expression(type, depth - 1)
    switch (this.#prng.below(3)) {
      case 0:
        return call('case', this.condition(depth - 1), inner(), inner())
      case 1:
        return call('coalesce', inner(), inner())
      default:
        return isOrdered(type) ? call('nullif', inner(), inner()) : inner()
    }
  }

  #text(depth: number): Expr {
    const prng = this.#prng
    if (this.#has(JSON_TYPE) && prng.chance(0.6)) {
      const name = literal(TEXT, prng.pick(NAMES_IN_JSON))
      return call('json-text', this.expression(JSON_TYPE, depth - 1), name)
    }
    if (prng.chance(0.3)) return cast(this.expression(INTEGER, depth - 1), TEXT)
    if (prng.chance(0.4)) {
      return call('concat', this.expression(TEXT, depth - 1), this.expression(TEXT, depth - 1))
    }
    return call(prng.pick(['upper', 'lower'] as const), this.expression(TEXT, depth - 1))
  }

  /** Of calm columns only, and at most one product deep: it stays far from the type's ends. */
  #number(type: Type): Expr {
    const prng = this.#prng
    const calm = () => this.#calm(type)
    if (type.kind === 'integer' && prng.chance(0.3)) {
      return call('char-length', this.#leaf(TEXT))
    }
    if (prng.chance(0.3)) return call(prng.pick(['neg', 'abs'] as const), calm())
    // The product and the sum of decimals are of other types than the decimals.
    if (type.kind === 'decimal') return calm()
    return call(prng.pick(['add', 'sub', 'mul'] as const), calm(), calm())
  }

  #span(type: Type): Expr {
    const prng = this.#prng
    const moments = this.#columns.filter(one => isMoment(one.type))
    if (type.kind === 'interval' && moments.length > 0 && prng.chance(0.3)) {
      const moment = prng.pick(moments).type
      return call('sub', this.#leaf(moment), this.#leaf(moment))
    }
    if (prng.chance(0.2)) return call('neg', this.#calm(type))
    return call(prng.pick(['add', 'sub'] as const), this.#calm(type), this.#calm(type))
  }

  /** Moved only where there is something to move it by. */
  #moment(type: Type): Expr {
    if (!this.#has(INTERVAL)) return this.#leaf(type)
    const fn = this.#prng.pick(['add', 'sub'] as const)
    return call(fn, this.#leaf(type), this.#calm(INTERVAL))
  }

  #has({ kind }: Type): boolean {
    return this.#columns.some(({ type }) => type.kind === kind)
  }

  #calm(type: Type): Expr {
    return this.#leaf(type, isCalm)
  }

  #leaf(type: Type, isFit: (column: DrawnColumn) => boolean = () => true): Expr {
    const prng = this.#prng
    const same = this.#columns.filter(one => typeText(one.type) === typeText(type) && isFit(one))
    if (same.length > 0 && prng.chance(0.8)) return column(prng.pick(same).name)
    if (type.kind === 'array') return this.#array(type.of)
    return anyLiteral(prng, type)
  }

  #array(of: Type): Expr {
    const length = 1 + this.#prng.below(3)
    return call('array', ...Array.from({ length }, () => this.#leaf(of)))
  }
}

/** Null where SQL would have to know of calendars to say a value. */
export function anyLiteral(prng: Prng, type: Type): Expr {
  const isPlain = ['boolean', 'text', 'json'].includes(type.kind)
  const isSaid = isNumber(type) || isSpan(type) || isPlain
  return literal(type, isSaid ? drawPresent(prng, type, 'calm') : null)
}
