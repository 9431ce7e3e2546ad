/**
 * What a drawn column is good for. Numbers are kept small enough that no sum of them overflows,
 * except where a column is wild on purpose: then nobody calculates with it.
 */

import type { Expr } from '../../oracle/expression.ts'
import { type Column, isSpan, type Type } from '../../oracle/type.ts'

/**
 * `calm`: small; `grown`: a sum or product of such; `wild`: anything that the type holds; `rough`:
 * a double whose last digits nobody promises: it is shown and never looked at.
 */
export type Temper = 'calm' | 'grown' | 'wild' | 'rough'

export interface DrawnColumn extends Column {
  readonly temper: Temper
}

const NUMBERS = new Set(['integer', 'bigint', 'double', 'decimal'])

export function isNumber({ kind }: Type): boolean {
  return NUMBERS.has(kind)
}

/** Columns by which anything may be decided. */
export function firm(columns: readonly DrawnColumn[]): readonly DrawnColumn[] {
  return columns.filter(({ temper }) => temper !== 'rough')
}

/** Whether values of the type have an order that everybody agrees on. */
export function isOrdered({ kind }: Type): boolean {
  return kind !== 'array' && kind !== 'json'
}

/** Its values can be added. */
export function isSummable({ type, temper }: DrawnColumn): boolean {
  return (isNumber(type) || isSpan(type)) && (temper === 'calm' || temper === 'grown')
}

/** It stays within bounds when it is calculated with. */
export function isCalm({ type, temper }: DrawnColumn): boolean {
  return (isNumber(type) || isSpan(type)) && temper === 'calm'
}

const RANKS: readonly Temper[] = ['calm', 'grown', 'wild', 'rough']
const GROWING: ReadonlySet<string> = new Set(['add', 'sub', 'mul'])

/** Of what an expression makes: the wildest that goes in, or what calculating makes of it. */
export function temperOf(expr: Expr, columns: readonly DrawnColumn[]): Temper {
  if (expr.op === 'column') return columns.find(({ name }) => name === expr.name)?.temper ?? 'wild'
  if (expr.op === 'literal') return 'calm'
  const parts = expr.op === 'cast' ? [expr.of] : expr.args
  const own: Temper = expr.op === 'call' && GROWING.has(expr.fn) ? 'grown' : 'calm'
  return wildest([own, ...parts.map(part => temperOf(part, columns))])
}

export function wildest(tempers: readonly Temper[]): Temper {
  return tempers.reduce((one, other) => (RANKS.indexOf(other) > RANKS.indexOf(one) ? other : one))
}
