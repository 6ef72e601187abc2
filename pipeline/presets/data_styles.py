"""Looks of pictures: every style of the studio, as plain data."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.presets.models import StyleGroup

PHOTO, PAINT, PRINT = StyleGroup.Code.PHOTO, StyleGroup.Code.PAINT, StyleGroup.Code.PRINT
DIGITAL, CRAFT = StyleGroup.Code.DIGITAL, StyleGroup.Code.CRAFT
MOVEMENT = StyleGroup.Code.MOVEMENT


class StyleData(NamedTuple):
    """A look. `fragment` is added to the prompt; `stability_preset` is Stability's name for it."""

    code: str
    title: str
    group: StyleGroup.Code
    fragment: str
    stability_preset: str = ""


S = StyleData

# fmt: off
STYLES: tuple[StyleData, ...] = (
    # --- photography and film ---
    S("photographic", "Photographic", PHOTO,
      "photograph, natural light, 50 mm lens, shallow depth of field, true colours, fine detail",
      "photographic"),
    S("cinematic", "Cinematic", PHOTO,
      "cinematic film still, anamorphic lens, dramatic key light, teal and amber grading, haze, "
      "film grain", "cinematic"),
    S("enhance", "Enhanced", PHOTO,
      "crisp detail, balanced exposure, vivid yet natural colour, clean light, high dynamic range",
      "enhance"),
    S("analog-film", "Analogue film", PHOTO,
      "analogue film photograph, 35 mm, soft grain, faded blacks, warm cast, slight halation",
      "analog-film"),
    S("film-noir", "Film noir", PHOTO,
      "film noir, hard low-key light, venetian-blind shadows, wet streets, smoke, silver tones"),
    S("studio-portrait", "Studio portrait", PHOTO,
      "studio portrait, softbox key light, rim light, plain grey backdrop, 85 mm lens, "
      "sharp eyes"),
    S("product-on-white", "Product on white", PHOTO,
      "product photograph on a pure white background, soft even light, gentle contact shadow, "
      "no clutter"),
    S("editorial-fashion", "Editorial fashion", PHOTO,
      "editorial fashion photograph, magazine cover, bold pose, refined palette"),
    S("street", "Street", PHOTO,
      "candid street photograph, 35 mm lens, available light, decisive moment, city texture"),
    S("macro", "Macro", PHOTO,
      "macro photograph, extreme close-up, razor-thin focus, creamy bokeh, minute surface detail"),
    S("aerial", "Aerial", PHOTO,
      "aerial photograph from a drone, straight down, patterns of land and water, clear air"),
    S("long-exposure", "Long exposure", PHOTO,
      "long exposure, silky water, light trails, drifting clouds, tripod-sharp foreground"),
    S("double-exposure", "Double exposure", PHOTO,
      "double exposure, silhouette filled with a second landscape, overlaid film frames, pale "
      "background"),
    S("infrared", "Infrared", PHOTO,
      "infrared photograph, glowing white foliage, dark sky, dreamlike false colour"),
    S("tilt-shift", "Tilt-shift", PHOTO,
      "tilt-shift photograph, miniature effect, narrow band of focus, saturated toy-like colours, "
      "high viewpoint"),
    S("golden-hour", "Golden hour", PHOTO,
      "golden hour photograph, low warm sun, long shadows, glowing edges, soft haze"),
    # --- painting and drawing ---
    S("watercolour", "Watercolour", PAINT,
      "watercolour painting, translucent washes, wet-in-wet blooms, white paper showing through, "
      "loose edges"),
    S("oil-painting", "Oil painting", PAINT,
      "oil painting on canvas, thick impasto, visible brushwork, rich glazes, chiaroscuro"),
    S("gouache", "Gouache", PAINT,
      "gouache painting, flat opaque shapes, matte finish, limited palette, crisp brush edges"),
    S("charcoal", "Charcoal", PAINT,
      "charcoal drawing, smudged tones, deep blacks, lifted highlights, rough paper grain"),
    S("ink-wash", "Ink wash", PAINT,
      "ink wash painting, sumi-e, few confident strokes, graded grey washes, much empty space"),
    S("pencil", "Pencil", PAINT,
      "pencil drawing, fine hatching, graphite shading, sketchbook paper, monochrome"),
    S("pastel", "Pastel", PAINT,
      "soft pastel drawing, chalky strokes, powdery blended colour, toned paper"),
    S("line-art", "Line art", PAINT,
      "clean line art, black contour lines on white, even stroke, no shading", "line-art"),
    S("matte-painting", "Matte painting", PAINT,
      "matte painting, vast scenery, atmospheric perspective, painterly detail, epic scale"),
    S("storybook", "Storybook", PAINT,
      "storybook illustration, ink and soft washes, cosy light, friendly shapes"),
    # --- print and graphic ---
    S("comic-book", "Comic book", PRINT,
      "comic book art, bold ink outlines, halftone dots, flat bright colours, dynamic shading",
      "comic-book"),
    S("engraving", "Engraving", PRINT,
      "copperplate engraving, fine parallel hatching, sepia ink on laid paper, antique plate"),
    S("woodcut", "Woodcut", PRINT,
      "woodcut print, carved black lines, strong contrast, rough wood grain"),
    S("linocut", "Linocut", PRINT,
      "linocut print, chunky carved shapes, two ink colours, slight misregistration"),
    S("risograph", "Risograph", PRINT,
      "risograph print, two spot colours, grainy halftone, overprint, misregistration"),
    S("blueprint", "Blueprint", PRINT,
      "blueprint, white technical lines on deep blue, measured drawing, annotations, grid"),
    S("tile-texture", "Tile texture", PRINT,
      "seamless tileable texture, even light, repeating pattern, no focal point, flat view",
      "tile-texture"),
    S("travel-poster", "Travel poster", PRINT,
      "vintage travel poster, flat illustration, simplified shapes, sunlit gradients"),
    # --- digital and games ---
    S("digital-art", "Digital art", DIGITAL,
      "digital art, polished rendering, vibrant colour, clean gradients, glowing light",
      "digital-art"),
    S("concept-art", "Concept art", DIGITAL,
      "concept art, loose confident painting, strong silhouette, atmospheric depth, key frame"),
    S("fantasy-art", "Fantasy art", DIGITAL,
      "fantasy art, mythical mood, ornate detail, enchanted light, painterly grandeur",
      "fantasy-art"),
    S("anime", "Anime", DIGITAL,
      "anime, cel shading, clean outlines, luminous sky, expressive colour", "anime"),
    S("neon-punk", "Neon punk", DIGITAL,
      "neon punk, cyberpunk night, magenta and cyan glow, wet reflections, dense city haze",
      "neon-punk"),
    S("isometric", "Isometric", DIGITAL,
      "isometric view, tidy geometric shapes, miniature scene, soft shadows, flat background",
      "isometric"),
    S("low-poly", "Low poly", DIGITAL,
      "low poly, faceted triangles, flat shaded planes, simple palette, crisp edges", "low-poly"),
    S("3d-model", "3D model", DIGITAL,
      "3D render, physically based materials, soft studio light, ambient occlusion, clean backdrop",
      "3d-model"),
    S("pixel-art", "Pixel art", DIGITAL,
      "pixel art, 16-bit game, limited palette, hard square pixels, dithering", "pixel-art"),
    S("vaporwave", "Vaporwave", DIGITAL,
      "vaporwave, pastel pink and turquoise, sunset grid, retro computer graphics, soft glow"),
    # --- craft and material ---
    S("origami", "Origami", CRAFT,
      "origami, folded paper, sharp creases, paper texture, soft shadow on a plain table",
      "origami"),
    S("modeling-compound", "Modelling clay", CRAFT,
      "modelling clay, rounded handmade shapes, fingerprints, matte plasticine, bright colours",
      "modeling-compound"),
    S("claymation", "Claymation", CRAFT,
      "claymation film still, stop-motion set, clay figures, tabletop light, handmade charm"),
    S("paper-cut", "Paper cut", CRAFT,
      "layered paper cut, stacked coloured sheets, crisp silhouettes, drop shadows between layers"),
    S("stained-glass", "Stained glass", CRAFT,
      "stained glass window, lead lines, jewel colours, light shining through"),
    S("mosaic", "Mosaic", CRAFT,
      "mosaic of small stone tiles, grout lines, irregular tesserae, roman palette"),
    S("embroidery", "Embroidery", CRAFT,
      "embroidery on linen, satin stitch, coloured thread, woven fabric texture"),
    # --- art movements ---
    S("impressionism", "Impressionism", MOVEMENT,
      "impressionist painting, broken brush strokes, shimmering light, open air, complementary "
      "colours"),
    S("art-nouveau", "Art nouveau", MOVEMENT,
      "art nouveau, flowing plant lines, ornamental border, muted gold and green, elegant curves"),
    S("art-deco", "Art deco", MOVEMENT,
      "art deco, geometric symmetry, sunburst, black and gold, streamlined elegance"),
    S("bauhaus", "Bauhaus", MOVEMENT,
      "bauhaus, circles squares and triangles, primary colours, strict grid, off-white ground"),
    S("brutalist", "Brutalist", MOVEMENT,
      "brutalist, raw concrete masses, hard shadows, monumental geometry, overcast grey"),
    S("ukiyo-e", "Ukiyo-e", MOVEMENT,
      "ukiyo-e woodblock print, flat areas of colour, fine outlines, prussian blue, washi paper"),
    S("pop-art", "Pop art", MOVEMENT,
      "pop art, silkscreen, flat loud colours, benday dots, repeated motif"),
    S("surrealism", "Surrealism", MOVEMENT,
      "surrealist oil painting, dream logic, impossible juxtaposition, long shadows"),
)
# fmt: on
