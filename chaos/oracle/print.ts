/**
 * An expression as SQL: for the engine, and for DuckDB, which says some things in its own way.
 * Everything is in parentheses, so that nobody's precedence matters.
 */

import type { CallExpr, Expr, FunctionName, LiteralExpr } from './expression.ts'
import { scaleOf, type Type, typeText } from './type.ts'
import type { Value } from './value.ts'

export type Dialect = 'weir' | 'duckdb'

export function printed(expr: Expr, dialect: Dialect): string {
  if (expr.op === 'column') return `"${expr.name}"`
  if (expr.op === 'literal') return literalText(expr, dialect)
  if (expr.op === 'call') return callText(expr, dialect)
  return `CAST(${printed(expr.of, dialect)} AS ${typeName(expr.to, dialect)})`
}

export function typeName(type: Type, dialect: Dialect): string {
  if (dialect === 'weir') return typeText(type)
  if (type.kind === 'array') return `${typeName(type.of, dialect)}[]`
  return type.kind === 'bytes' ? 'BLOB' : typeText(type)
}

function literalText({ type, value }: LiteralExpr, dialect: Dialect): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (value !== null && type.kind === 'integer') return `(${value})`
  if (value !== null && type.kind === 'text') return quoted(value as string)
  if (value !== null && type.kind === 'interval') return `INTERVAL '${value}' MILLISECOND`
  if (value !== null && type.kind === 'months') return `INTERVAL '${value}' MONTH`
  const name = typeName(type, dialect)
  if (value === null) return `CAST(NULL AS ${name})`
  return `CAST(${quoted(digitsText(value, scaleOf(type)))} AS ${name})`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

function digitsText(value: Value, scale: number): string {
  const text = String(value)
  return typeof value === 'bigint' && scale > 0 ? pointed(text, scale) : text
}

/** `-5` with two digits behind the point: `-0.05`. */
export function pointed(digits: string, scale: number): string {
  const sign = digits.startsWith('-') ? '-' : ''
  const all = digits.replace('-', '').padStart(scale + 1, '0')
  return scale === 0 ? sign + all : `${sign}${all.slice(0, -scale)}.${all.slice(-scale)}`
}

const INFIX: Readonly<Partial<Record<FunctionName, string>>> = {
  ...{ add: '+', sub: '-', mul: '*', mod: '%', eq: '=', ne: '<>', lt: '<', le: '<=' },
  ...{ gt: '>', ge: '>=', and: 'AND', or: 'OR', concat: '||', like: 'LIKE', 'json-text': '->>' },
  ...{ distinct: 'IS DISTINCT FROM', same: 'IS NOT DISTINCT FROM' },
}

const SUFFIX: Readonly<Partial<Record<FunctionName, string>>> = {
  ...{ 'is-null': 'IS NULL', 'is-not-null': 'IS NOT NULL' },
  ...{ 'is-true': 'IS TRUE', 'is-false': 'IS FALSE' },
}

const PREFIX: Readonly<Partial<Record<FunctionName, string>>> = { neg: '-', not: 'NOT ' }

const NAMES: Readonly<Partial<Record<FunctionName, Readonly<Record<Dialect, string>>>>> = {
  abs: { weir: 'ABS', duckdb: 'abs' },
  coalesce: { weir: 'COALESCE', duckdb: 'coalesce' },
  nullif: { weir: 'NULLIF', duckdb: 'nullif' },
  upper: { weir: 'UPPER', duckdb: 'upper' },
  lower: { weir: 'LOWER', duckdb: 'lower' },
}

function callText({ fn, args }: CallExpr, dialect: Dialect): string {
  const texts = args.map(arg => printed(arg, dialect))
  const [first = '', ...rest] = texts
  const infix = INFIX[fn]
  if (infix !== undefined) return `(${texts.join(` ${infix} `)})`
  if (SUFFIX[fn] !== undefined) return `(${first} ${SUFFIX[fn]})`
  if (PREFIX[fn] !== undefined) return `(${PREFIX[fn]}${first})`
  if (NAMES[fn] !== undefined) return `${NAMES[fn][dialect]}(${texts.join(', ')})`
  if (fn === 'between') return `(${first} BETWEEN ${rest.join(' AND ')})`
  if (fn === 'in') return `(${first} IN (${rest.join(', ')}))`
  if (fn === 'char-length' || fn === 'cardinality') return lengthText(fn, first, dialect)
  if (fn === 'array') return `ARRAY[${texts.join(', ')}]`
  return caseText(texts)
}

/** An INTEGER; DuckDB's is a BIGINT. */
function lengthText(fn: 'char-length' | 'cardinality', of: string, dialect: Dialect): string {
  if (dialect === 'duckdb') return `CAST(len(${of}) AS INTEGER)`
  return fn === 'cardinality' ? `CARDINALITY(${of})` : `CHAR_LENGTH(${of})`
}

function caseText(texts: readonly string[]): string {
  const whens = texts.flatMap((text, at) =>
    at % 2 === 1 ? [`WHEN ${texts[at - 1]} THEN ${text}`] : [],
  )
  return `(CASE ${whens.join(' ')} ELSE ${texts.at(-1)} END)`
}
