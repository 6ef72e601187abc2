"""The model folders of a server, and the files of a small studio's one."""

from __future__ import annotations

FOLDERS = (
    "checkpoints",
    "configs",
    "loras",
    "vae",
    "text_encoders",
    "diffusion_models",
    "clip_vision",
    "style_models",
    "embeddings",
    "diffusers",
    "vae_approx",
    "controlnet",
    "gligen",
    "upscale_models",
    "custom_nodes",
    "hypernetworks",
    "photomaker",
    "classifiers",
    "model_patches",
    "audio_encoders",
)

MODELS: dict[str, tuple[str, ...]] = {
    "checkpoints": (
        "sd_xl_base_1.0.safetensors",
        "sd_xl_refiner_1.0.safetensors",
        "v1-5-pruned-emaonly-fp16.safetensors",
        "512-inpainting-ema.safetensors",
        "flux1-dev-fp8.safetensors",
    ),
    "diffusion_models": (
        "flux1-dev.safetensors",
        "flux1-schnell.safetensors",
        "wan2.1_t2v_1.3B_fp16.safetensors",
        "wan2.1_i2v_480p_14B_fp16.safetensors",
        "wan2.1_i2v_720p_14B_fp16.safetensors",
        "wan2.1_flf2v_720p_14B_fp16.safetensors",
    ),
    "text_encoders": (
        "clip_l.safetensors",
        "t5xxl_fp16.safetensors",
        "t5xxl_fp8_e4m3fn.safetensors",
        "umt5_xxl_fp8_e4m3fn_scaled.safetensors",
    ),
    "vae": ("ae.safetensors", "sdxl_vae.safetensors", "wan_2.1_vae.safetensors"),
    "clip_vision": ("clip_vision_h.safetensors", "CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors"),
    "loras": ("sd_xl_offset_example-lora_1.0.safetensors",),
    "controlnet": (
        "controlnet-canny-sdxl-1.0.safetensors",
        "controlnet-depth-sdxl-1.0.safetensors",
    ),
    "upscale_models": ("RealESRGAN_x4plus.pth", "RealESRGAN_x2plus.pth", "4x-UltraSharp.pth"),
    "embeddings": ("EasyNegative.safetensors",),
    "ipadapter": (
        "ip-adapter-plus_sdxl_vit-h.safetensors",
        "ip-adapter-plus-face_sdxl_vit-h.safetensors",
        "ip-adapter-plus_sd15.safetensors",
    ),
}
