/**
 * run.mjs from outside, in processes of its own: arguments, exit code, sources in stack traces,
 * cleanliness.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'weir-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly output: string
}

function entry(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/run.mjs', ...args])
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, output: Buffer.concat(chunks).toString() }))
  })
}

test('an entry has its own arguments and exit code, and imports other sources', async () => {
  entry('twice.ts', 'export const twice = (n: number): number => 2 * n\n')
  const main = entry(
    'main.ts',
    "import { twice } from './twice.ts'\n" +
      'console.log(process.argv.slice(2).join(), twice(21))\nprocess.exitCode = 3\n',
  )
  expect(await run(main, '--seed', '7')).toEqual({ code: 3, output: '--seed,7 42\n' })
})

test('a stack trace speaks of the source, and its line', async () => {
  const main = entry('throws.ts', "type A = string\n\nthrow new Error('on line 3' as A)\n")
  const { code, output } = await run(main)
  expect(code).toBe(1)
  expect(output).toContain('throws.ts:3')
})

test('the bundle is gone when the process is', async () => {
  const main = entry('where.ts', 'process.stdout.write(import.meta.url)\n')
  const { output } = await run(main)
  expect(output).toMatch(/^file:.*\.cache\/weir\/runs\/\d+\/main\.mjs$/)
  expect(existsSync(new URL(output))).toBe(false)
})

test('two runs of one entry at once do not disturb each other', async () => {
  const main = entry('echo.ts', 'const word: string = process.argv[2] ?? ""\nconsole.log(word)\n')
  const ended = await Promise.all(['a', 'b', 'c'].map(word => run(main, word)))
  expect(ended.map(one => one.output)).toEqual(['a\n', 'b\n', 'c\n'])
})

test('what cannot be bundled and what is not said ends with a code', async () => {
  expect((await run(join(folder, 'nowhere.ts'))).code).toBe(1)
  const broken = await run(entry('broken.ts', 'const = 1\n'))
  expect(broken.code).toBe(1)
  expect(broken.output).toContain('broken.ts:1')
  expect(await run()).toEqual({
    code: 2,
    output: 'usage: node scripts/run.mjs ENTRY.ts [ARGUMENT ..]\n',
  })
})
