/** An explanation as people read it. */

import type { Explanation, ShownColumn, ShownStage } from './explanation.ts'

export function explanationText({ job, sources, stages, sinks }: Explanation): string {
  const lines = [`job ${job}`]
  for (const { id, options, time, columns, decoded } of sources) {
    lines.push('', `source ${id}  ${JSON.stringify(options)}`)
    lines.push(`  columns  ${columnsText(columns)}`, `  time     ${time}`)
    lines.push(`  decoded  ${decoded.join(', ') || 'nothing'}`)
  }
  for (const stage of stages) lines.push('', ...stageLines(stage))
  for (const { id, from, options, key, columns } of sinks) {
    lines.push('', `sink ${id}  ${JSON.stringify(options)}`, `  from     ${from}`)
    lines.push(`  columns  ${columnsText(columns)}`)
    if (key.length > 0) lines.push(`  key      ${key.join(', ')}`)
  }
  return `${lines.join('\n')}\n`
}

const columnsText = (columns: readonly ShownColumn[]) =>
  columns.map(({ name, type }) => `${name} ${type}`).join(', ')

function stageLines(stage: ShownStage): readonly string[] {
  const { id, kind, partitions, operators, exchanges, sinks } = stage
  const groups = partitions === undefined ? '' : `  in ${partitions} groups`
  const lines = [`${kind} ${id}${groups}`]
  for (const one of operators) {
    lines.push(`  ${one.id}  ${one.kind} <- ${one.from.join(', ')}: ${one.what}`)
    lines.push(`    -> ${columnsText(one.columns)}`)
    for (const side of one.sides) lines.push(`    ${side.name} -> ${columnsText(side.columns)}`)
  }
  for (const { from, to, key } of exchanges) {
    lines.push(`  ${from} goes to stage ${to} by ${key.join(', ') || 'nothing: one group'}`)
  }
  for (const sink of sinks) lines.push(`  goes to sink ${sink}`)
  return lines
}
