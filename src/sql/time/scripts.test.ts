/**
 * The scripts in `testdata`, as those of src/sql/text:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/time/scripts.test.ts
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { replayed } from '../testing/script.ts'
import { timestampOf, timestampText } from './calendar-text.ts'
import { parts } from './part.ts'
import { truncate } from './trunc.ts'
import { measures, type Unit } from './unit.ts'
import { instantOf, localOf, zoneOf } from './zone.ts'

const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

function mustRead(text: string): number {
  const ms = timestampOf(text)
  if (ms === undefined) throw new Error(`${text} is no timestamp`)
  return ms
}

function partsAt(question: string): readonly string[] {
  const ms = mustRead(question)
  const numbers = Object.entries(parts).map(([part, partOf]) => `${part} ${partOf(ms)}`)
  const starts = Object.keys(measures).map(
    unit => `${unit} from ${timestampText(truncate(unit as Unit, ms))}`,
  )
  return [...numbers, ...starts]
}

function zoneAt(question: string): readonly string[] {
  const [name = '', ...moment] = question.split(' ')
  const zone = zoneOf(name)
  if (zone === undefined) throw new Error(`${name} is no zone`)
  const ms = mustRead(moment.join(' '))
  const local = localOf(zone, ms)
  const again = instantOf(zone, local)
  return [`shows ${timestampText(local)}`, `read as ${timestampText(again)} UTC`]
}

test.each([
  ['parts', partsAt],
  ['zones', zoneAt],
] as const)('%s', (file, answerOf) => {
  const url = new URL(`./testdata/${file}.txt`, import.meta.url)
  const text = readFileSync(url, 'utf8')
  const seen = replayed(text, answerOf)
  if (isRegenerating) writeFileSync(url, seen)
  else expect(seen).toBe(text)
})
