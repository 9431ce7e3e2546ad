/** Test support: a TCP port in front of another one, that can be shut and opened again. */

import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll } from 'vitest'

const open = new Set<TcpProxy>()

afterAll(() => {
  for (const one of open) one.close()
})

export class TcpProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Of machines that fell: nobody tells them anything any more. */
  readonly #orphans = new WeakSet<Socket>()
  #target: string
  isShut = false
  connections = 0

  constructor(target = '') {
    this.#target = target
    this.#server = createServer(socket => this.#onSocket(socket))
    open.add(this)
  }

  listen(): Promise<string> {
    return new Promise(resolve => {
      this.#server.listen(0, '127.0.0.1', () => {
        const bound = this.#server.address()
        resolve(`127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`)
      })
    })
  }

  leadTo(target: string): void {
    this.#target = target
  }

  /** Breaks what stands, and lets nothing through until it is opened. */
  shut(): void {
    this.isShut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  /** As when the machine behind it falls: what stands stands, takes all, and answers nothing. */
  fall(): void {
    for (const socket of this.#sockets) {
      this.#orphans.add(socket)
      socket.unpipe()
      socket.resume()
    }
  }

  close(): void {
    this.shut()
    open.delete(this)
    this.#server.close()
  }

  #onSocket(socket: Socket): void {
    if (this.isShut) {
      socket.destroy()
      return
    }
    this.connections++
    const port = Number(this.#target.split(':').at(-1))
    const other = connect(port, '127.0.0.1')
    this.#join(socket, other)
    this.#join(other, socket)
    socket.pipe(other).pipe(socket)
  }

  #join(socket: Socket, other: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.isShut || !this.#orphans.has(other)) other.destroy()
    })
  }
}
