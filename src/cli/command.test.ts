/** What people see of `weir`, and by which exit code scripts know how it went. */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runCommand } from './command.ts'
import { readVersion, showVersion } from './version.ts'

async function said(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand(args, {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
  })
  return { out, err, code }
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

test('version, for people', async () => {
  expect(await said('version')).toEqual({
    out: `weir ${version} on Node ${process.versions.node}\n`,
    err: '',
    code: 0,
  })
})

test.each(['json', 'jsonl'])('version, as %s', async format => {
  const { out, code } = await said('version', '-o', format)
  expect(JSON.parse(out)).toEqual({ weir: version, node: process.versions.node })
  expect(code).toBe(0)
})

test('a line of JSON is one line', () => {
  expect(showVersion(readVersion(), 'jsonl').split('\n')).toHaveLength(2)
  expect(showVersion(readVersion(), 'json').split('\n').length).toBeGreaterThan(2)
})

test('help names the commands and is no failure', async () => {
  const { out, code } = await said('--help')
  expect(out).toContain('version')
  expect(code).toBe(0)
})

test('the help of a command has an example', async () => {
  expect((await said('version', '--help')).out).toContain('weir version -o json')
})

test.each([
  ['an unknown command, with a guess', ['versoin'], 'Did you mean version?'],
  ['an unknown option', ['version', '--loud'], "unknown option '--loud'"],
  ['an unknown format', ['version', '-o', 'xml'], 'Allowed choices are text, json, jsonl'],
])('%s', async (_, args, message) => {
  const { err, code } = await said(...args)
  expect(err).toContain(message)
  expect(code).toBe(128)
})

test('no command at all: the help, and the code of wrong usage', async () => {
  const { err, code } = await said()
  expect(err).toContain('Usage: weir')
  expect(code).toBe(128)
})

test('whatever is said to it, it answers with text and one of two codes', async () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('version', '-o', '--output', 'json', '--help', 'help', '-', '--', ''),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async args => {
      const { out, err, code } = await said(...args)
      expect(out.length + err.length).toBeGreaterThan(0)
      expect([0, 128]).toContain(code)
    }),
  )
})

test('an error goes to the error stream alone, an answer to the other', async () => {
  expect((await said('version')).err).toBe('')
  expect((await said('versoin')).out).toBe('')
  expect((await said('version', '--loud')).out).toBe('')
})

test('wrong usage names the way to help', async () => {
  expect((await said('version', '--loud')).err).toContain('weir --help lists the commands')
})

test('the version is that of the package, whoever asks from wherever', () => {
  expect(readVersion().weir).toBe(version)
})

test('an error of ours is not taken for wrong usage', async () => {
  const broken = () => {
    throw new Error('the terminal is gone')
  }
  await expect(runCommand(['version'], { out: broken, err: broken })).rejects.toThrow('terminal')
})
