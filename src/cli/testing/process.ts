/** Test support: `weir` as a process of its own, watched through its streams, ended by its id. */

import { type ChildProcess, spawn } from 'node:child_process'
import { afterAll } from 'vitest'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const running = new Set<Started>()

afterAll(async () => {
  await Promise.all([...running].map(one => one.kill()))
})

export class Started {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #out = ''
  #err = ''

  /** `through`: a program and its arguments, which runs what follows them. */
  constructor(
    command: string,
    args: readonly string[],
    environment: Record<string, string> = {},
    through: readonly string[] = [],
  ) {
    const [program = '', ...rest] = [...through, process.execPath, command, ...args]
    this.#child = spawn(program, rest, {
      env: { ...process.env, UV_THREADPOOL_SIZE: '16', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this)
    this.#child.stdout?.on('data', data => {
      this.#out += data
    })
    this.#child.stderr?.on('data', data => {
      this.#err += data
    })
    this.ended = new Promise(resolve => {
      this.#child.once('close', code => {
        running.delete(this)
        resolve({ code, out: this.#out, err: this.#err })
      })
    })
  }

  /** What it has logged so far, line by line. */
  get lines(): readonly Record<string, unknown>[] {
    return this.#err
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Record<string, unknown>)
  }

  get err(): string {
    return this.#err
  }

  has(message: string): boolean {
    return this.lines.some(line => line['msg'] === message)
  }

  /** Nobody reads any more what it says. */
  async leave(): Promise<void> {
    const streams = [this.#child.stdout, this.#child.stderr]
    const closed = streams.map(stream => new Promise(resolve => stream?.once('close', resolve)))
    for (const stream of streams) stream?.destroy()
    await Promise.all(closed)
  }

  kill(): Promise<Ended> {
    this.#child.kill('SIGKILL')
    return this.ended
  }

  stop(): Promise<Ended> {
    this.#child.kill('SIGTERM')
    return this.ended
  }
}
