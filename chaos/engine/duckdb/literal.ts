/** Values of the oracle as DuckDB writes them, and what it answers as values of the oracle. */

import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { pointed, typeName } from '../../oracle/print.ts'
import { scaleOf, type Type } from '../../oracle/type.ts'
import { rescaled, type Value } from '../../oracle/value.ts'

export function literalOf(value: Value, type: Type): string {
  const name = typeName(type, 'duckdb')
  if (value === null) return `CAST(NULL AS ${name})`
  switch (type.kind) {
    case 'boolean':
      return String(value)
    case 'text':
      return `'${String(value).replaceAll("'", "''")}'`
    case 'bytes':
      return `unhex('${value as string}')`
    case 'date':
      return `(DATE '1970-01-01' + ${value})`
    case 'timestamp':
      return `epoch_ms(${value}::BIGINT)`
    case 'timestamptz':
      return `CAST(epoch_ms(${value}::BIGINT) AS TIMESTAMPTZ)`
    case 'array': {
      const elements = (value as readonly Value[]).map(one => literalOf(one, type.of))
      return `CAST([${elements.join(', ')}] AS ${name})`
    }
    default:
      return `CAST('${digitsOf(value, type)}' AS ${name})`
  }
}

function digitsOf(value: Value, type: Type): string {
  if (Object.is(value, -0)) return '-0.0'
  return pointed(String(value), typeof value === 'bigint' ? scaleOf(type) : 0)
}

const MICROS = 1000n

export function valueOfDuck(value: DuckDBValue, type: Type): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return type.kind === 'double' ? value : BigInt(value)
  if (typeof value === 'bigint') return value
  if (value instanceof DuckDBDecimalValue) {
    return rescaled(value.value, value.scale, scaleOf(type))
  }
  if (value instanceof DuckDBTimestampValue) return value.micros / MICROS
  if (value instanceof DuckDBTimestampTZValue) return value.micros / MICROS
  if (value instanceof DuckDBDateValue) return BigInt(value.days)
  if (value instanceof DuckDBBlobValue) return hexOf(value.bytes)
  if (value instanceof DuckDBListValue && type.kind === 'array') {
    return value.items.map(item => valueOfDuck(item, type.of))
  }
  throw new Error(`DuckDB says ${value} where ${type.kind} was meant`)
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
