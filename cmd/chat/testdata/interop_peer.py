"""A peer for the tests: Python's websockets, led by lines of JSON on standard input
and telling what happens to it by lines of JSON on standard output.

    python3 interop_peer.py client URL MODE
    python3 interop_peer.py server MODE       tells its port, takes one connection

MODE is plain, deflate or window (permessage-deflate with small windows).
"""

import asyncio
import base64
import json
import sys
import threading

import websockets
from websockets.extensions import permessage_deflate

WINDOW = {"server_max_window_bits": 9, "client_max_window_bits": 10}


def options(mode, factory):
    extensions = {"plain": None, "deflate": [factory()], "window": [factory(**WINDOW)]}
    return {"compression": None, "extensions": extensions[mode], "max_size": 2**26}


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


async def ping(ws, step):
    await (await ws.ping(step["data"]))
    tell("pong", data=step["data"])


async def invalid(ws, step):
    try:
        await ws.send(b"h\xff", text=True)
    except TypeError:  # before version 13
        await ws.write_frame(True, 1, b"h\xff")


STEPS = {
    "text": lambda ws, step: ws.send(step["data"]),
    "binary": lambda ws, step: ws.send(base64.b64decode(step["data"])),
    "fragments": lambda ws, step: ws.send(step["pieces"]),
    "close": lambda ws, step: ws.close(step["code"], step["reason"]),
    "ping": ping,
    "invalid": invalid,
}


async def listen(ws):
    try:
        async for message in ws:
            if isinstance(message, str):
                tell("text", data=message)
            else:
                tell("binary", data=base64.b64encode(message).decode())
    except websockets.ConnectionClosed:
        pass
    tell("close", code=ws.close_code, reason=ws.close_reason)


def read_lines(loop, lines):
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, None)


async def lead(ws):
    tell("open")
    listening = asyncio.ensure_future(listen(ws))
    lines = asyncio.Queue()
    threading.Thread(target=read_lines, args=(asyncio.get_running_loop(), lines), daemon=True).start()
    while (line := await lines.get()) is not None:
        step = json.loads(line)
        await STEPS[step["do"]](ws, step)
    await listening


async def client(url, mode):
    async with websockets.connect(url, **options(mode, permessage_deflate.ClientPerMessageDeflateFactory)) as ws:
        await lead(ws)


async def server(mode):
    done = asyncio.Event()

    async def handler(ws):
        await lead(ws)
        done.set()

    factory = permessage_deflate.ServerPerMessageDeflateFactory
    async with websockets.serve(handler, "127.0.0.1", 0, **options(mode, factory)) as listening:
        tell("listening", code=listening.sockets[0].getsockname()[1])
        await done.wait()


asyncio.run({"client": client, "server": server}[sys.argv[1]](*sys.argv[2:]))
