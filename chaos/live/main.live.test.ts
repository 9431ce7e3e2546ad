/** The command from outside: what is asked wrongly is refused, with the help. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOf } from '../../scripts/gate/testing/command.ts'
import { tempFolder } from '../../src/io/testing/folder.ts'

const command = commandOf('chaos/live/main.ts')

test.each([
  ['which drill?'],
  ["no drill 'raft-bil'", 'raft-bil'],
  ['--rounds wants a whole number from 1 up', 'raft-kill', '--rounds', '0'],
  ['--seed wants a whole number', 'raft-kill', '--seed', 'x'],
  ['--draw wants a whole number from 1 up', '--draw', '0'],
  ['--sabotage is one of lose, repeat, alter', 'raft-kill', '--sabotage', 'burn'],
  ['check which file?', 'check'],
  ['lost-disk has no other form: --kafka goes with kill-leader', 'lost-disk', '--kafka'],
  ['--nonsense', '--nonsense'],
])('%s', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(output).toContain('npm run ')
  expect(code).toBe(2)
})

test.each([
  ['raft-lost-disk  kill -9', 'list'],
  ['kill-leader-kafka  a job under load', 'list', '--kafka'],
  ['npm run chaos', '--help'],
])('%s is the answer', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(code).toBe(0)
})

test('a draw is made by the seed', async () => {
  const draw = (seed: string) => command(['list', '--draw', '2', '--seed', seed])
  const [one, same, other] = await Promise.all([draw('1'), draw('1'), draw('2')])
  expect(new Set(one.output.trim().split('\n')).size).toBe(2)
  expect(same.output).toBe(one.output)
  expect(other.output).not.toBe(one.output)
})

test('a history that was kept is judged again', async () => {
  const event = (type: string, f: string, value: unknown) =>
    JSON.stringify({ process: 1, type, f, key: 'r1', value, time: 1 })
  const write = [
    event('invoke', 'write', 7),
    event('ok', 'write', 7),
    event('invoke', 'read', null),
  ]
  const file = join(tempFolder(), 'history.jsonl')
  for (const [seen, code, verdict] of [
    [7, 0, '0 impossible, 0 undecided: green'],
    [null, 1, '1 impossible, 0 undecided: red'],
  ] as const) {
    writeFileSync(file, `${[...write, event('ok', 'read', seen)].join('\n')}\n`)
    const ended = await command(['check', file])
    expect(ended.output).toContain(`1 keys, 2 calls placed, ${verdict}`)
    expect(ended.code).toBe(code)
  }
})

test('of an empty one nothing is said', async () => {
  const file = join(tempFolder(), 'history.jsonl')
  writeFileSync(file, '\n')
  const { code, output } = await command(['check', file])
  expect(output).toContain(`${file} is empty: nothing can be judged by it`)
  expect(code).toBe(2)
})

test('so is a record of what publishers let out', async () => {
  const file = join(tempFolder(), 'history.jsonl')
  const input = { group: 1, id: 7, home: 1, side: 0, away: 0 }
  const facts = [
    { f: 'fed', ...input, outcome: 'ok', seq: 1 },
    { f: 'taken', ...input },
    { f: 'shown', sink: 'home', partition: 1, text: '1 1 7 0', identity: 'job/1/1/home/1' },
  ]
  for (const [shown, code, verdict] of [
    [facts, 0, 'lost 0, repeated 0, foreign 0, out of order 0, misnamed 0: green'],
    [facts.slice(0, -1), 1, 'lost 1, repeated 0, foreign 0, out of order 0, misnamed 0: red'],
  ] as const) {
    writeFileSync(file, shown.map(fact => `${JSON.stringify(fact)}\n`).join(''))
    const ended = await command(['check', file])
    expect(ended.output).toContain(`1 inputs, 1 outputs: ${verdict}`)
    expect(ended.code).toBe(code)
  }
})
