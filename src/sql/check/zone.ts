/** `AT TIME ZONE`: from what clocks of a zone show to a moment, and back. */

import { TEXT, TIMESTAMP, TIMESTAMPTZ, typeText } from '../../engine/schema/type.ts'
import { lifted, type ScalarFunction } from '../kernels/lift.ts'
import { didYouMean } from '../text/suggestion.ts'
import type { Span } from '../text/trouble.ts'
import { isTimestamp } from '../time/range.ts'
import { instantOf, localOf, type Zone, zoneOf } from '../time/zone.ts'
import { Failure, shown } from '../value/failure.ts'
import { coerced } from './coerce.ts'
import { type Context, fail } from './context.ts'
import { folded, isConstant, type Typed } from './typed.ts'

const outside = new Failure('sql-overflow', 'The result is outside of TIMESTAMP')

export function atZone(
  context: Context,
  [moment, zone]: readonly [Typed, Typed],
  span: Span,
): Typed {
  const isInstant = moment.type.kind === 'timestamptz'
  const local = isInstant ? moment : wall(context, moment)
  const name = coerced(context, zone, TEXT, 'A zone')
  if (isConstant(name) && name.value !== null) mustZone(context, name.value as string, name)
  const shift = isInstant ? localOf : instantOf
  const type = isInstant ? TIMESTAMP : TIMESTAMPTZ
  const run = lifted({ type, run: shiftBy(shift), seesNulls: false })
  const { from, to } = span
  return folded({ kind: 'apply', name: 'at time zone', type, args: [local, name], run, from, to })
}

/** A literal in quotes, a date and a timestamp are times on a wall. */
function wall(context: Context, node: Typed): Typed {
  const isTime = node.type.kind === 'date' || node.type.kind === 'timestamp'
  if (isTime || (isConstant(node) && node.loose)) return coerced(context, node, TIMESTAMP, 'This')
  fail(context, 'sql-type', `${typeText(node.type)} is no time that a zone could have.`, node)
}

function mustZone(context: Context, name: string, span: Span): void {
  if (zoneOf(name) !== undefined) return
  const hint = didYouMean(name, Intl.supportedValuesOf('timeZone'))
  const advice = hint || " Write 'Europe/Berlin' or '+02:00'."
  fail(context, 'sql-value', `There is no zone ${name}.${advice}`, span)
}

/** Zones of records, as many as there are in use. */
const ZONES_MAX = 64

function shiftBy(shift: (zone: Zone, ms: number) => number): ScalarFunction {
  const zones = new Map<string, Zone | undefined>()
  const zoneFor = (name: string): Zone | undefined => {
    if (!zones.has(name)) {
      if (zones.size >= ZONES_MAX) zones.clear()
      zones.set(name, zoneOf(name))
    }
    return zones.get(name)
  }
  return (ms, name) => {
    const zone = zoneFor(name as string)
    if (zone === undefined) return new Failure('sql-argument', `There is no zone ${shown(name)}`)
    const moved = shift(zone, ms as number)
    return isTimestamp(moved) ? moved : outside
  }
}
