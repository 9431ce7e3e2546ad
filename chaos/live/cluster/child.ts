/**
 * A process that belongs to this one and never outlives it: whatever way this process ends, its
 * children are killed. What a child says goes to a file. Signals go to the child itself, whose
 * number cannot be somebody else's before its end was seen here.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { endsWithUs } from '../../../scripts/services/ending.ts'

export interface ChildPlan {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Gets both streams, behind what is in it already. */
  readonly log: string
}

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** As much of a log as a message shows. */
const LOG_CHARS = 2000

export class Child {
  readonly pid: number
  readonly plan: ChildPlan
  readonly ended: Promise<Ending>
  readonly #process: ChildProcess
  #ending: Ending | undefined

  private constructor(child: ChildProcess, plan: ChildPlan) {
    this.#process = child
    this.pid = child.pid as number
    this.plan = plan
    endsWithUs(child)
    this.ended = new Promise(resolve => {
      child.on('exit', (code, signal) => {
        this.#ending = { code, signal }
        resolve(this.#ending)
      })
    })
  }

  static async start(plan: ChildPlan): Promise<Child> {
    const { command, args, env, log } = plan
    const out = openSync(log, 'a')
    try {
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', out, out],
      })
      await new Promise((resolve, reject) => {
        child.on('error', reject)
        child.on('spawn', () => resolve(undefined))
      })
      return new Child(child, plan)
    } finally {
      closeSync(out)
    }
  }

  get isAlive(): boolean {
    return this.#ending === undefined
  }

  signal(name: NodeJS.Signals): boolean {
    return this.isAlive && this.#process.kill(name)
  }

  async kill(): Promise<Ending> {
    this.signal('SIGKILL')
    return await this.ended
  }

  /** Asks it to end; after `patienceMs` it is made to. */
  async stop(patienceMs: number): Promise<Ending> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs)
    const ending = await this.ended
    clearTimeout(timer)
    return ending
  }

  /** undefined as long as it lives. */
  trouble(): string | undefined {
    if (this.#ending === undefined) return undefined
    const { code, signal } = this.#ending
    const said = readFileSync(this.plan.log, 'utf8').slice(-LOG_CHARS)
    return `process ${this.pid} (${this.plan.command}) ended with ${signal ?? code}:\n${said}`
  }
}
