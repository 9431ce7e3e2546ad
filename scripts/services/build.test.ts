/** Programs are made once, whole, and not by two at a time. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { built, CannotBuildHere, isOnPath, programsOf } from './build.ts'
import { echo } from './testing/echo.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-build-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => {
  process.env['WEIR_CACHE'] = mkdtempSync(join(folder, 'cache-'))
})

const programs = () => readdirSync(join(process.env['WEIR_CACHE'] ?? '', 'programs'))

test('what was built is there, and is not built again', async () => {
  const said: string[] = []
  const place = await built(echo(), text => said.push(text))
  expect(place).toBe(programsOf(echo()))
  expect(readFileSync(join(place, 'echo.cjs'), 'utf8')).toContain('createServer')
  writeFileSync(join(place, 'mark'), '')
  expect(await built(echo(), text => said.push(text))).toBe(place)
  expect(existsSync(join(place, 'mark'))).toBe(true)
  expect(said.map(text => text.split(' ')[0])).toEqual(['building', 'built'])
})

test('two who want it at once build it once', async () => {
  const said: string[] = []
  await Promise.all([1, 2, 3].map(() => built(echo(), text => said.push(text))))
  expect(said.filter(text => text.startsWith('built'))).toHaveLength(1)
  expect(programs()).toEqual(['echo-1'])
})

test('a build that fails shows what it said and leaves nothing', async () => {
  const commands = () => [
    { command: process.execPath, args: ['-e', 'console.log("half"); process.exit(3)'] },
  ]
  await expect(built(echo({ commands }), () => {})).rejects.toThrow(/ended with 3\nhalf/)
  expect(programs()).toEqual([])
})

test('a tool that is missing is named, with the way around it', async () => {
  const service = echo({ needs: ['weir-no-such-tool'] })
  const failing = built(service, () => {})
  await expect(failing).rejects.toThrow(CannotBuildHere)
  await expect(failing).rejects.toThrow(/`weir-no-such-tool`.*WEIR_TEST_ECHO/)
})

test('a program is looked for in every folder of the path', () => {
  writeFileSync(join(folder, 'tool'), '')
  expect(isOnPath('tool', `/nowhere::${folder}`)).toBe(true)
  expect(isOnPath('tool', '/nowhere')).toBe(false)
})
