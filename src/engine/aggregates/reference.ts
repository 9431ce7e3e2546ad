/** docs/reference/aggregates.md, of the registry. */

import type { Aggregate } from './accumulators.ts'

const HEAD = `# Aggregates

What can stand in the \`select\` of an aggregate step, over the records of a key in a window. All of
them leave nulls out, but for \`count()\`, which counts records. No result depends on how records
were cut into batches or windows into panes; what does not speak of time or order does not depend
on the order of records either, to the last bit.

\`name(DISTINCT x)\` takes each value once (minus zero is zero, every NaN is the same); the values
that were seen are kept in the state. There is no DISTINCT of what depends on the order of records.
With \`FILTER (WHERE condition)\` only records count for which the condition is true.
`

function callOf({ name, parameters }: Aggregate): string {
  return `${name}(${parameters.join(', ')})`
}

function sectionOf(aggregate: Aggregate): string {
  const { aliases, about, types, isOrdered } = aggregate
  const also = aliases.map(alias => `\`${alias}\``).join(', ')
  return [
    `## ${callOf(aggregate)}`,
    '',
    about,
    '',
    '| of | gives |',
    '|---|---|',
    ...types.map(([takes, gives]) => `| ${takes} | ${gives} |`),
    ...(also === '' ? [] : ['', `Also called ${also}.`]),
    ...(isOrdered ? ['', 'Depends on the order of records: no DISTINCT.'] : []),
    '',
  ].join('\n')
}

export function aggregateReference(aggregates: readonly Aggregate[]): string {
  return [HEAD, ...aggregates.map(sectionOf)].join('\n')
}
