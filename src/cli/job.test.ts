/** `weir job lint|explain|test`: what people see, and by which exit code scripts know. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from './command.ts'

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

const job = `name: tried
sources:
  events:
    log: { topic: "\${WEIR_TEST_TOPIC:events}" }
    schema: { user: text, n: bigint, ts: timestamptz }
    time: { field: ts, lag: 1s }
steps:
  - name: counts
    aggregate: { key: user, window: { tumbling: 10s }, select: { n: count(*) } }
  - project: { keep: [user, n] }
  - to: out
sinks:
  out: { log: { topic: out } }
`
const tests = (n: number) => `tests:
  - name: a count
    input:
      - records: [{ user: ann, ts: 2026-01-01T00:00:01Z }]
      - end: true
    expect: { out: [{ user: ann, n: ${n} }] }
`
const odd = job.replace('  - name: counts\n    aggregate', '  - aggregate')

let folder = ''
const at = (name: string) => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-job-'))
  const files: Readonly<Record<string, string>> = {
    'job.yaml': job,
    'odd.yaml': odd,
    'tested.yaml': job + tests(1),
    'failing.yaml': job + tests(2),
    'broken.yaml': job.replace('count(*)', 'cuont(*)'),
    'empty.yaml': '',
    'job.test.yaml': `job: job.yaml\n${tests(1)}`,
    'slip.test.yaml': `job: job.yaml\n${tests(1).replace('out:', 'ouy:')}`,
    'lost.test.yaml': `job: nowhere.yaml\n${tests(1)}`,
    'bad.test.yaml': 'tests: []',
    'job.txt': job,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text)
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('lint', () => {
  test('says that files are sound', async () => {
    const { out, err, code } = await said('job', 'lint', at('job.yaml'), at('tested.yaml'))
    expect(out).toBe(`${at('job.yaml')}: sound\n${at('tested.yaml')}: sound\n`)
    expect([err, code]).toEqual(['', 0])
  })

  test('warns, which is no failure', async () => {
    const { out, code } = await said('job', 'lint', at('odd.yaml'))
    expect(out).toContain(`${at('odd.yaml')}:8:5: warning unnamed-state at steps[0]:`)
    expect(out).toContain('(write: name: aggregate-by-user)')
    expect(out).toContain('odd.yaml: sound\n')
    expect(code).toBe(0)
  })

  test('tells mistakes with their places, of all files', async () => {
    const { out, err, code } = await said('job', 'lint', at('broken.yaml'), at('empty.yaml'))
    expect(out).toContain(`${at('broken.yaml')}:9:69: error sql-unknown-function at steps[0].agg`)
    expect(out).toContain(`${at('empty.yaml')}:1:1: error wrong-type:`)
    expect(err).toBe(`weir: not sound: ${at('broken.yaml')}, ${at('empty.yaml')}\n`)
    expect(code).toBe(3)
  })

  test('as JSON, in one piece and in lines', async () => {
    const files = [at('job.yaml'), at('broken.yaml')]
    const whole = await said('job', 'lint', '-o', 'json', ...files)
    expect(whole.code).toBe(3)
    expect(JSON.parse(whole.out)).toMatchObject([
      { file: at('job.yaml'), sound: true, findings: [] },
      { sound: false, findings: [{ level: 'error', line: 9, column: 69 }] },
    ])
    const lines = (await said('job', 'lint', '-o', 'jsonl', ...files)).out.trim().split('\n')
    expect(lines.map(line => (JSON.parse(line) as { sound: boolean }).sound)).toEqual([true, false])
  })

  test('knows files of tests, and looks at them beside their jobs', async () => {
    expect(await said('job', 'lint', at('job.test.yaml'))).toMatchObject({ code: 0 })
    const slip = await said('job', 'lint', at('slip.test.yaml'))
    expect(slip.out).toContain(`${at('slip.test.yaml')}:7:21: error unknown-name`)
    expect(slip.code).toBe(3)
    expect((await said('job', 'lint', at('bad.test.yaml'))).out).toContain('job is missing')
  })

  test.each([
    ['a file that is not there', 'none.yaml', 'none.yaml cannot be read: there is no such file'],
    ['a file of tests whose job is not there', 'lost.test.yaml', 'nowhere.yaml cannot be read'],
    ['a file of no known language', 'job.txt', 'does not end in .yaml, .yml, .json or .toml'],
    ['a folder', '.', 'does not end in'],
  ])('%s is bad input', async (_, name, message) => {
    const { err, code } = await said('job', 'lint', at(name))
    expect(err).toContain(message)
    expect(code).toBe(3)
  })

  test('without a file is wrong usage', async () => {
    expect(await said('job', 'lint')).toMatchObject({ code: 128 })
  })
})

describe('explain', () => {
  test('shows columns, stages, and what is read', async () => {
    const { out, code } = await said('job', 'explain', at('job.yaml'))
    expect(out).toContain('source events  {"log":{"topic":"${WEIR_TEST_TOPIC:events}"}}')
    expect(out).toContain('decoded  user, ts\n')
    expect(out).toContain('stage counts\n')
    expect(out).toContain('columns  user TEXT, n BIGINT')
    expect(code).toBe(0)
  })

  test('as JSON', async () => {
    const { out } = await said('job', 'explain', '-o', 'json', at('job.yaml'))
    expect(JSON.parse(out)).toMatchObject({
      job: 'tried',
      sources: [{ id: 'events', decoded: ['user', 'ts'] }],
      stages: [{ kind: 'reader' }, { kind: 'stage', id: 'counts', sinks: ['out'] }],
    })
  })

  test('of a job with mistakes tells them', async () => {
    const { out, err, code } = await said('job', 'explain', at('broken.yaml'))
    expect([out, code]).toEqual(['', 3])
    expect(err).toContain('broken.yaml:9:69: error')
  })
})

describe('test', () => {
  test('passes', async () => {
    const { out, err, code } = await said('job', 'test', at('tested.yaml'), at('job.test.yaml'))
    expect(out).toBe(
      `${at('tested.yaml')}\npassed  a count\n${at('job.test.yaml')}\npassed  a count\n` +
        '2 passed, 0 failed\n',
    )
    expect([err, code]).toEqual(['', 0])
  })

  test('fails, and shows the difference', async () => {
    const { out, err, code } = await said('job', 'test', at('failing.yaml'))
    expect(out).toContain('FAILED  a count\n')
    expect(out).toContain('    - {"user":"ann","n":2}\n    + {"user":"ann","n":1}\n')
    expect(err).toBe('weir: 1 of 1 tests failed\n')
    expect(code).toBe(1)
  })

  test('as JSON', async () => {
    const { out, code } = await said('job', 'test', '-o', 'json', at('failing.yaml'))
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject([
      { tests: [{ name: 'a count', differences: [{ sink: 'out' }], troubles: [] }] },
    ])
  })

  test.each([
    ['a job without tests', 'job.yaml', 'there are no tests'],
    ['a job with mistakes', 'broken.yaml', 'not sound:'],
    ['tests with mistakes', 'slip.test.yaml', 'not sound:'],
  ])('of %s is bad input', async (_, name, message) => {
    const { err, code } = await said('job', 'test', at(name))
    expect(err).toContain(message)
    expect(code).toBe(3)
  })

  test('says what it can in its help', async () => {
    for (const verb of ['lint', 'explain', 'test']) {
      expect((await said('job', verb, '--help')).out).toContain(`weir job ${verb}`)
    }
    expect((await said('job', 'lnit')).err).toContain('Did you mean lint?')
  })
})
