"""The bridge to ComfyUI servers: HTTP is the authority, the websocket a hint.

`adapter` is the way in; `prompts` and `follow` hold what one request and a whole run go through.
It needs no setting but `Limits`, and knows no table of the studio.
"""
