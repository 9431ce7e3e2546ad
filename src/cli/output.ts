/** The three ways of saying something: for people, and as JSON in one piece or in lines. */

import { Option } from 'commander'

export const formats = ['text', 'json', 'jsonl'] as const
export type Format = (typeof formats)[number]

export interface Terminal {
  out(text: string): void
  err(text: string): void
}

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to say it').choices(formats).default('text')
}

export function showJson(value: unknown, format: 'json' | 'jsonl'): string {
  return `${JSON.stringify(value, undefined, format === 'json' ? 2 : 0)}\n`
}

/** In lines of JSON each item has one, in JSON they are one list. */
export function showItems(items: readonly unknown[], format: 'json' | 'jsonl'): string {
  if (format === 'json') return showJson(items, 'json')
  return items.map(item => showJson(item, 'jsonl')).join('')
}

/** Columns as wide as their widest word; the last is not filled up. */
export function showTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, at) => Math.max(...lines.map(line => (line[at] ?? '').length)))
  const shown = lines.map(line =>
    line
      .map((word, at) => (at === head.length - 1 ? word : word.padEnd(widths[at] ?? 0)))
      .join('  '),
  )
  return `${shown.map(line => line.trimEnd()).join('\n')}\n`
}
