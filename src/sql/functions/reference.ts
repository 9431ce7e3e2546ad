/**
 * The page of the reference that lists all functions, made of the registry:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/sql/functions/registry.test.ts
 */

import { signatureOf } from '../check/call.ts'
import type { FunctionEntry, Group } from './entry.ts'

const groups: readonly Group[] = [
  'Conditions',
  'Text',
  'Regular expressions',
  'Numbers',
  'Dates and times',
  'JSON',
  'Arrays',
  'Hashes and encodings',
]

const intro = (count: number): string => `# Functions

What may be called in an expression: ${count} functions, each with an example that is run as a
test. Operators, literals, types and casts are in [expressions.md](expressions.md). Arguments in
square brackets may be left out; \`any\` is a value of any type; a \`constant\` has to be known
before the first record. Where an argument is null the result is null, unless it says otherwise.
There is no function that reads a clock or draws by chance: a replay has to give the same again.

This page is made of the registry in src/sql/functions.
`

export function reference(entries: readonly FunctionEntry[]): string {
  const sections = groups.map(group =>
    section(
      group,
      entries.filter(one => one.group === group),
    ),
  )
  return [intro(entries.length), ...sections].join('\n')
}

function section(group: Group, entries: readonly FunctionEntry[]): string {
  return [`## ${group}\n`, ...entries.map(paragraph)].join('\n')
}

function paragraph(entry: FunctionEntry): string {
  const { name, aliases = [], about, examples } = entry
  const also = aliases.length === 0 ? '' : ` Also ${aliases.map(one => `\`${one}\``).join(', ')}.`
  const calls = signatures(entry).map(one => `\`${one}\``)
  const shown = examples.map(({ expression, result }) => `${expression}  →  ${result}`)
  const code = ['```', ...shown, '```', ''].join('\n')
  return [`### ${name}`, calls.join('<br>'), `${about}${also}`, code].join('\n\n')
}

function signatures({ name, overloads = [], form }: FunctionEntry): readonly string[] {
  if (form !== undefined) return [form.signature]
  return overloads.map(overload => signatureOf(name, overload))
}
