/** Test support: three nodes that run jobs and an embedded log, each a process of its own. */

import { join } from 'node:path'
import { expect } from 'vitest'
import { LogClient } from '../../connectors/log/client.ts'
import { GrpcLine } from '../../connectors/log/wire/client.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { until } from '../../io/testing/until.ts'
import { MemoryLog } from '../../work/testing/memory-log.ts'
import { Started } from './process.ts'

export const WAIT = { timeout: 40_000, interval: 50 }
const ANY = '127.0.0.1:0'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export class JobNode {
  readonly id: string
  readonly data: string
  process: Started
  #address = ''
  #http = ''
  readonly #command: string

  constructor(command: string, id: string, more: readonly string[]) {
    this.#command = command
    this.id = id
    this.data = join(tempFolder(), id)
    this.process = this.#started(ANY, more)
  }

  #started(listen: string, more: readonly string[]): Started {
    const own = ['--id', this.id, '--data', this.data, '--listen', listen, '--http', ANY]
    return new Started(this.#command, ['node', ...own, ...more])
  }

  get address(): string {
    return this.#address
  }

  async listening(): Promise<this> {
    await expect.poll(() => this.process.has('listening') || this.process.err, WAIT).toBe(true)
    const said = this.process.lines.find(({ msg }) => msg === 'listening')
    this.#address = String(said?.['address'])
    this.#http = String(said?.['http'])
    return this
  }

  /** Where it was before, on its old folder. */
  start(more: readonly string[]): Promise<this> {
    this.process = this.#started(this.#address, more)
    return this.listening()
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`http://${this.#http}${path}`, options)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async code(path: string, options: RequestInit = {}): Promise<unknown> {
    return (await this.ask(path, options)).body['code']
  }

  submit(text: string): Promise<Answer> {
    const headers = { 'content-type': 'application/yaml' }
    return this.ask('/v1/jobs', { method: 'POST', headers, body: text })
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`http://${this.#http}/readyz`)).status === 200
  }
}

/** The embedded log, and a client of it. */
export async function logProcess(command: string) {
  const process = new Started(command, ['log', '--listen', ANY, '--data', tempFolder()])
  await until(() => process.has('listening'))
  const said = process.lines.find(({ msg }) => msg === 'listening')
  const address = `127.0.0.1:${said?.['port']}`
  const line = new GrpcLine({ address })
  return { process, address, log: MemoryLog.over(new LogClient(line), () => line.close()) }
}
