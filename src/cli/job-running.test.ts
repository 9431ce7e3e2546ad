/** `weir job` against a real HTTP interface that is told what to say. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Served, serve, ToldFace } from '../api/testing/cluster.ts'
import { group, ToldJobs } from '../api/testing/jobs.ts'
import type { JobsFace } from '../node/jobs/face.ts'
import { runCommand } from './command.ts'

let served: Served
let jobs: ToldJobs
let folder: string

beforeEach(async () => {
  jobs = new ToldJobs()
  served = await serve(new ToldFace('n1'), jobs as unknown as JobsFace)
  folder = mkdtempSync(join(tmpdir(), 'weir-job-'))
})
afterEach(async () => {
  await served.close()
  rmSync(folder, { recursive: true })
})

async function weir(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand(['job', ...args, '--url', served.url], {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
  })
  return { out, err, code }
}

function file(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, 'name: clicks')
  return path
}

test('submit sends the file as it is, with its type, name and key', async () => {
  const told = await weir('submit', file('a.toml'), '--name', 'other', '--key', 'k')
  expect(told).toMatchObject({ err: '', code: 0, out: expect.stringContaining('was submitted') })
  expect(jobs.files).toMatchObject([{ key: 'k', file: { name: 'job.toml', as: 'other' } }])
  const json = await weir('submit', file('a.yaml'), '-o', 'json')
  expect(JSON.parse(json.out)).toMatchObject({ job: 'clicks', state: 'starting' })
})

test('findings stand at their place in the file, and the input is bad', async () => {
  const errors = [{ line: 3, column: 7, message: 'no such field' }]
  jobs.refused = { code: 'not-sound', message: 'the job has mistakes', errors }
  const path = file('a.yaml')
  const { err, code } = await weir('submit', path)
  expect(err).toContain(`${path}:3:7: no such field`)
  expect(err).toContain('not-sound: the job has mistakes')
  expect(code).toBe(3)
})

test('jobs are listed and shown, with what holds their groups up', async () => {
  expect((await weir('list')).out).toMatch(/^JOB +STATE +GENERATION +GROUPS\nclicks +running +1/)
  const lines = (await weir('list', '-o', 'jsonl')).out.trim().split('\n')
  expect(lines.map(line => JSON.parse(line).job)).toEqual(['clicks'])
  jobs.led.push(group(0))
  const { out, code } = await weir('show', 'clicks')
  expect(out).toContain('clicks: running, generation 1, 3 replicas')
  expect(out).toContain('clicks/count/0')
  expect(code).toBe(0)
  const json = JSON.parse((await weir('show', 'clicks', '-o', 'json')).out)
  expect(json).toMatchObject({ job: 'clicks', groups: [{ group: 'clicks/count/0' }] })
})

test('a job that has failed is shown, and is not healthy', async () => {
  jobs.jobState = 'failed'
  const { out, code } = await weir('show', 'clicks')
  expect(out).toContain('clicks: failed')
  expect(code).toBe(5)
})

test('stop, start and delete are carried on', async () => {
  for (const verb of ['stop', 'start', 'delete']) {
    expect(await weir(verb, 'clicks')).toMatchObject({ code: 0, err: '' })
  }
  expect(jobs.wishes).toEqual(['clicks stopped', 'clicks running', 'clicks deleted'])
})

test('each refusal has its exit code', async () => {
  expect(await weir('show', 'x')).toMatchObject({ code: 3 })
  jobs.refused = { code: 'no-meta-leader', message: 'nobody leads' }
  expect(await weir('stop', 'clicks')).toMatchObject({ code: 5 })
  jobs.refused = { code: 'job-exists', message: 'there is one' }
  expect(await weir('submit', file('a.yaml'))).toMatchObject({ code: 1 })
  await served.close()
  expect(await weir('list')).toMatchObject({ code: 2 })
  served = await serve(new ToldFace('n1'))
})

test.each(['submit', 'list', 'show', 'stop', 'start', 'delete'])(
  '%s has an example',
  async verb => {
    const { out, code } = await weir(verb, '--help')
    expect(out).toContain(`weir job ${verb}`)
    expect(out).toContain('Example:')
    expect(code).toBe(0)
  },
)
