/**
 * Test support: the text of a dialogue. A script is a sequence of blocks, divided by blank lines:
 * comments for the reader, one or more commands, a line of four dashes, what was seen. Whatever is
 * not output is kept to the letter when a script is written anew.
 */

export interface Line {
  readonly at: number
  readonly text: string
}

export interface Block {
  /** Blank lines and comments that stand above the commands, as they are. */
  readonly preface: readonly string[]
  readonly commands: readonly Line[]
  readonly expected: readonly string[]
  /** The line of the four dashes, of which complaints about the output speak. */
  readonly at: number
}

export interface Script {
  readonly blocks: readonly Block[]
  /** What follows the last block. */
  readonly rest: readonly string[]
}

/** Whose mistake it is: the script's, at this place. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError'

  constructor(file: string, at: number, problem: string, cause?: unknown) {
    super(`${file}:${at}: ${problem}`, { cause })
  }
}

const DASHES = '----'

export function parseScript(file: string, text: string): Script {
  const lines = text.replace(/\n$/, '').split('\n')
  const blocks: Block[] = []
  let preface: string[] = []
  let commands: Line[] = []
  let i = 0
  while (i < lines.length) {
    const line = lines[i++] ?? ''
    if (line === DASHES) {
      if (commands.length === 0) throw new ScriptError(file, i, 'output without a command')
      const end = lines.indexOf('', i)
      const expected = lines.slice(i, end < 0 ? lines.length : end)
      blocks.push({ preface, commands, expected, at: i })
      preface = []
      commands = []
      i += expected.length + 1
    } else if (commands.length === 0 && isQuiet(line)) {
      preface.push(line)
    } else if (isQuiet(line)) {
      throw new ScriptError(file, i, `commands end with ${DASHES}`)
    } else {
      commands.push({ at: i, text: line })
    }
  }
  if (commands.length > 0) throw new ScriptError(file, lines.length, `no ${DASHES} at the end`)
  return { blocks, rest: preface }
}

function isQuiet(line: string): boolean {
  return line.trim() === '' || line.startsWith('#') || line.startsWith('//')
}

/** The script with other outputs, one for each block. */
export function renderScript(script: Script, outputs: readonly (readonly string[])[]): string {
  const lines: string[] = []
  for (const [i, block] of script.blocks.entries()) {
    lines.push(...block.preface, ...block.commands.map(c => c.text), DASHES, ...(outputs[i] ?? []))
    lines.push('')
  }
  lines.push(...script.rest)
  return `${lines.join('\n').trimEnd()}\n`
}
