"""Words for things, and what a sketch knows about each kind of thing.

``SUBJECT_WORDS`` maps singular words and phrases to kinds; plurals are folded by the
reader. ``KINDS`` says what family a kind belongs to and how large it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "sky",  # lights and things up in the air
    "land",  # the ground itself
    "water",
    "plant",
    "built",
    "vehicle",
    "animal",
    "sea life",
    "person",
    "object",
    "space",
    "abstract",
]


@dataclass(frozen=True)
class Kind:
    """What is known of a kind: its family, its height and its usual number.

    Attributes:
        family: decides scene and layer.
        height: when it is one of several things in a landscape, as a share of the
            picture's unit at mid distance.
        hero: when it is what the picture is about, likewise.
        several: how many a bare plural means.
    """

    family: Family
    height: float = 0.2
    hero: float = 0.5
    several: int = 3


def _family(
    family: Family, **kinds: tuple[float, float] | tuple[float, float, int]
) -> dict[str, Kind]:
    return {name: Kind(family, *figures) for name, figures in kinds.items()}


KINDS: dict[str, Kind] = {
    **_family(
        "sky", sun=(0.2, 0.3), moon=(0.12, 0.24), stars=(1, 1), galaxy_band=(1, 1),
        aurora=(1, 1), rainbow=(1, 1), cloud=(0.2, 0.4), lightning=(1, 1), comet=(0.2, 0.4),
        birds=(0.05, 0.06, 7), balloon=(0.2, 0.42), plane=(0.09, 0.28), fireworks=(0.3, 0.4, 4),
        sky_lantern=(0.07, 0.3, 14), ufo=(0.1, 0.3), kite=(0.12, 0.3),
    ),
    **_family(
        "land", mountain=(0.4, 0.55), volcano=(0.4, 0.55), hill=(0.2, 0.3), dune=(0.3, 0.4),
        mesa=(0.3, 0.4), cliff=(0.4, 0.5), island=(0.15, 0.3), meadow=(0.1, 0.2),
        iceberg=(0.22, 0.4), beach=(0.1, 0.2), road=(0.1, 0.2), rows=(0.1, 0.2),
    ),
    **_family(
        "water", sea=(0, 0), lake=(0, 0), river=(0, 0), waterfall=(0.4, 0.55), wave=(0.25, 0.5),
    ),
    **_family(
        "plant", tree=(0.34, 0.72), conifer=(0.34, 0.7, 5), forest=(0.3, 0.4), palm=(0.42, 0.75),
        birch=(0.45, 0.75, 6), blossom_tree=(0.36, 0.74), willow=(0.36, 0.7),
        bamboo=(0.8, 0.9, 9), cactus=(0.2, 0.55), flower=(0.12, 0.74, 5), sunflower=(0.2, 0.74, 5),
        tulip=(0.14, 0.7, 5), lotus=(0.08, 0.4), grass=(0.08, 0.2), mushroom=(0.1, 0.5),
        leaf=(0.2, 0.62),
    ),
    **_family(
        "built", city=(0.3, 0.5), tower=(0.5, 0.75), house=(0.16, 0.42), cabin=(0.13, 0.4),
        castle=(0.28, 0.55), lighthouse=(0.36, 0.66), church=(0.3, 0.6), windmill=(0.26, 0.6),
        pagoda=(0.32, 0.66), torii=(0.24, 0.46), bridge=(0.2, 0.36), tent=(0.1, 0.32),
        pyramid=(0.26, 0.4), lamp_post=(0.36, 0.6), pier=(0.1, 0.2), fence=(0.07, 0.1),
        statue=(0.26, 0.62), ferris_wheel=(0.34, 0.62), village=(0.16, 0.2),
        ruins=(0.2, 0.42), street=(0.5, 0.6), bench=(0.07, 0.26),
    ),
    **_family(
        "vehicle", car=(0.1, 0.3), boat=(0.2, 0.5), rowboat=(0.06, 0.22), ship=(0.16, 0.36),
        train=(0.11, 0.26), bicycle=(0.1, 0.4), rocket=(0.34, 0.66), bus=(0.13, 0.3),
        spaceship=(0.14, 0.32), truck=(0.13, 0.32),
    ),
    **_family(
        "animal", cat=(0.12, 0.66), dog=(0.15, 0.66), bird=(0.1, 0.5), horse=(0.2, 0.58),
        deer=(0.2, 0.6), fox=(0.12, 0.6), wolf=(0.15, 0.66), bear=(0.17, 0.64),
        elephant=(0.24, 0.52), rabbit=(0.08, 0.62), owl=(0.1, 0.52), butterfly=(0.06, 0.4),
        cow=(0.16, 0.44), sheep=(0.11, 0.4, 5), lion=(0.17, 0.64), tiger=(0.16, 0.62),
        giraffe=(0.34, 0.72), swan=(0.1, 0.4), duck=(0.06, 0.36), penguin=(0.12, 0.6, 4),
        eagle=(0.16, 0.4), dragon=(0.24, 0.52), camel=(0.2, 0.5), flamingo=(0.2, 0.6, 4),
        bee=(0.05, 0.36),
    ),
    **_family(
        "sea life", fish=(0.1, 0.34, 9), whale=(0.22, 0.3), dolphin=(0.12, 0.3),
        shark=(0.16, 0.28), jellyfish=(0.26, 0.5, 4), turtle=(0.13, 0.3), octopus=(0.24, 0.5),
        coral=(0.2, 0.4, 6), submarine=(0.16, 0.28),
    ),
    **_family(
        "person", person=(0.17, 0.62), couple=(0.17, 0.56), crowd=(0.15, 0.3), child=(0.11, 0.5),
        portrait=(0.9, 0.9), astronaut=(0.2, 0.6), samurai=(0.19, 0.62), dancer=(0.19, 0.64),
        wizard=(0.2, 0.62),
    ),
    **_family(
        "object", cup=(0.2, 0.34), bottle=(0.42, 0.6), wine_glass=(0.32, 0.5), vase=(0.34, 0.62),
        bowl=(0.16, 0.28), book=(0.1, 0.3, 4), candle=(0.24, 0.4), table_lamp=(0.4, 0.6),
        lantern=(0.26, 0.46), box=(0.26, 0.42), perfume=(0.3, 0.46), apple=(0.15, 0.34),
        orange=(0.14, 0.32), lemon=(0.12, 0.28), pear=(0.18, 0.38), berry=(0.1, 0.3, 7),
        phone=(0.36, 0.56), camera=(0.22, 0.36), clock=(0.26, 0.44), chair=(0.4, 0.62),
        shoe=(0.17, 0.32), guitar=(0.5, 0.74), umbrella=(0.28, 0.5), heart=(0.2, 0.5),
        crystal=(0.26, 0.5), ball=(0.18, 0.42), robot=(0.3, 0.62), teapot=(0.22, 0.36),
        cake=(0.24, 0.4), potted_plant=(0.36, 0.62), jar=(0.26, 0.42), gift=(0.2, 0.4),
        treat=(0.26, 0.5), headphones=(0.26, 0.46), plate=(0.12, 0.24),
    ),
    **_family(
        "space", planet=(0.3, 0.62), galaxy=(0.4, 0.7), nebula=(1, 1), asteroid=(0.1, 0.3, 6),
        satellite=(0.14, 0.34), blackhole=(0.4, 0.6),
    ),
    **_family(
        "abstract", circle=(0.4, 0.6), square=(0.4, 0.6), triangle=(0.4, 0.6), waves=(1, 1),
        geometry=(1, 1), gradient=(1, 1), marble=(1, 1), ribbons=(1, 1), spheres=(1, 1),
        lines=(1, 1), mandala=(0.8, 0.9), mosaic_field=(1, 1),
    ),
}  # fmt: skip

_GROUPS: dict[str, str] = {
    "sun": "sun|setting sun|rising sun|solar|sonne|sol|soleil",
    "moon": "moon|full moon|crescent|crescent moon|lunar|mond|luna|lune",
    "stars": "star|stargazing|constellation|starry sky|estrella|étoile|stern",
    "galaxy_band": "milky way",
    "aurora": "aurora|northern lights|aurora borealis|polar light",
    "rainbow": "rainbow arc|double rainbow|rainbow over|rainbow",
    "cloud": "cloud|cloudscape|cumulus|sky|nube|nuage|wolke|cielo|ciel|himmel",
    "lightning": "lightning|thunderbolt|bolt", "comet": "comet|meteor|shooting star",
    "birds": "flock|flock of birds|seagull|gull|swallow|crow|raven|geese|goose",
    "balloon": "balloon|hot air balloon|hot-air balloon|airship|zeppelin",
    "plane": "plane|airplane|aeroplane|aircraft|jet", "fireworks": "firework",
    "sky_lantern": "sky lantern|paper lantern|floating lantern",
    "ufo": "ufo|flying saucer|alien ship", "kite": "kite",
    "mountain": "mountain|peak|summit|alp|himalaya|matterhorn|fjord|everest|andes|"
    "montaña|montagne|berg|mountainside|mountain range|ridge",
    "volcano": "volcano|fuji|mount fuji|vesuvius|lava",
    "hill": "hill|countryside|valley|landscape|highland|moor|tuscany|shire|pasture|knoll|"
    "rolling hill|scenery|prairie|steppe|tundra|horizon|wilderness|nature",
    "dune": "dune|desert|sahara|sand dune|desierto|désert|wüste|oasis",
    "mesa": "mesa|canyon|grand canyon|butte|monument valley|badland|wild west|arizona",
    "cliff": "cliff|bluff|headland|coast|coastline|seaside cliff",
    "island": "island|isle|islet|archipelago|isla|île|insel",
    "meadow": "meadow|field|grassland|lawn|garden|park|savanna|savannah|farmland|campo|champ|"
    "wildflower|flower field|wheat field|wheat|barn field|golf",
    "iceberg": "iceberg|glacier|ice floe|ice", "beach": "beach|shore|seashore|seaside|playa|plage|"
    "strand|lagoon|bay|cove", "road": "road|path|highway|trail|lane|track|route|pathway",
    "rows": "lavender field|vineyard|tulip field|farm|crop|rice terrace|plantation|orchard|terrace",
    "sea": "sea|ocean|seascape|pacific|atlantic|mar|mer|meer|maritime|harbour|harbor|marina|"
    "caribbean|mediterranean|tide|surf|océano|océan|ozean",
    "lake": "lake|water|still water|pond|loch|reservoir|lago|lac|reflection|mirror lake|alpine "
    "lake|swamp|marsh",
    "river": "river|stream|creek|brook|canal|río|rivière|fluss|delta",
    "waterfall": "waterfall|cascade|fall of water|niagara", "wave": "wave|great wave|breaker|"
    "tsunami|swell|ola|vague|welle",
    "tree": "tree|oak|maple|olive tree|acacia|old tree|lone tree|árbol|arbre|baum|elm|baobab|"
    "apple tree|treehouse",
    "conifer": "conifer|pine|fir|spruce|cedar|pine tree|christmas tree|evergreen|sequoia|redwood",
    "forest": "forest|wood|woodland|jungle|rainforest|grove|taiga|bosque|forêt|wald|thicket",
    "palm": "palm|palm tree|coconut|coconut tree|palmera", "birch": "birch|aspen",
    "blossom_tree": "cherry blossom|blossom|sakura|cherry tree|cherry blossom tree|sakura tree|"
    "blossoming tree|plum blossom|"
    "blossom tree|jacaranda|magnolia", "willow": "willow|weeping willow", "bamboo": "bamboo|reed",
    "cactus": "cactus|cacti|saguaro|succulent",
    "flower": "flower|rose|poppy|daisy|bouquet|peony|orchid|lily|bloom|floral|hibiscus|anemone|"
    "dahlia|flor|fleur|blume|iris|carnation|petal|cosmos flower|chrysanthemum|botanical",
    "sunflower": "sunflower", "tulip": "tulip", "lotus": "lotus|water lily|waterlily|lily pad",
    "grass": "grass|reed bed|pampas", "mushroom": "mushroom|toadstool|fungus|fungi",
    "leaf": "leaf|monstera|fern|foliage|feather",
    "city": "city|skyline|cityscape|metropolis|downtown|megacity|manhattan|new york|tokyo|paris|"
    "london|shanghai|hong kong|chicago|ciudad|ville|stadt|urban|town|dubai|singapore|berlin|"
    "rooftop|"
    "futuristic city|building|architecture",
    "tower": "tower|skyscraper|highrise|high-rise|monolith|obelisk|spire|torre|tour|turm",
    "house": "house|home|cottage|farmhouse|barn|villa|mansion|casa|maison|haus|hut|bungalow|shop|"
    "store|café|cafe|restaurant|bakery|school|inn|hobbit hole",
    "cabin": "cabin|log cabin|chalet|lodge|shack|igloo", "castle": "castle|fortress|palace|citadel|"
    "château|castillo|schloss|fort|hogwarts",
    "lighthouse": "lighthouse|beacon|faro|phare|leuchtturm",
    "church": "church|cathedral|chapel|monastery|basilica|iglesia|église|kirche",
    "windmill": "windmill|mill|wind turbine|turbine", "pagoda": "pagoda|temple|shrine|dojo|japan|"
    "kyoto|japanese temple|chinese temple|teahouse", "torii": "torii|torii gate|gate|arch|portal",
    "bridge": "bridge|viaduct|aqueduct|golden gate|puente|pont|brücke",
    "tent": "tent|camp|campsite|camping|campfire|bonfire|teepee",
    "pyramid": "pyramid|giza|egypt|ziggurat", "lamp_post": "street lamp|streetlamp|lamp post|"
    "street light|streetlight|lamppost", "pier": "pier|dock|jetty|boardwalk|wharf",
    "fence": "fence", "statue": "statue|sculpture|monument|buddha",
    "ferris_wheel": "ferris wheel|carousel|carnival|amusement park|roller coaster",
    "village": "village|hamlet|rooftops|pueblo|dorf|santorini|townscape|cinque terre",
    "ruins": "ruin|column|temple ruin|stonehenge|acropolis|colosseum|ancient temple|greek temple",
    "street": "street|alley|avenue|boulevard|sidewalk|crosswalk|calle|rue|straße|market|bazaar",
    "bench": "bench|picnic",
    "car": "car|automobile|sports car|sportscar|vintage car|taxi|cab|convertible|ferrari|porsche|"
    "coche|voiture|auto|suv|sedan|delorean|mustang|beetle|race car|racecar",
    "boat": "boat|sailboat|sailing boat|yacht|barco|bateau|boot|gondola|sail|regatta|schooner|"
    "sailing ship|pirate ship|galleon|catamaran",
    "rowboat": "rowboat|canoe|kayak|rowing boat|dinghy|raft",
    "ship": "ship|cruise ship|ferry|vessel|freighter|tanker|steamer|ocean liner|battleship",
    "train": "train|locomotive|steam train|railway|tram|subway|metro|tren|zug",
    "bicycle": "bicycle|bike|cyclist|motorcycle|motorbike|scooter|vespa",
    "rocket": "rocket|missile|launch|space shuttle|shuttle", "bus": "bus|van|camper|campervan|"
    "caravan|school bus|minibus", "truck": "truck|lorry|tractor|pickup",
    "spaceship": "spaceship|starship|spacecraft|space station|drone|millennium falcon",
    "cat": "cat|kitten|kitty|feline|gato|chat|katze|black cat|tabby",
    "dog": "dog|puppy|hound|retriever|labrador|corgi|terrier|perro|chien|hund|poodle|husky|canine|"
    "dachshund|bulldog|shiba|dalmatian",
    "bird": "bird|robin|sparrow|songbird|bluebird|parrot|kingfisher|hummingbird|finch|pájaro|"
    "oiseau|vogel|cardinal|dove|pigeon|toucan|canary|phoenix|chicken|rooster|hen|peacock",
    "horse": "horse|pony|stallion|mare|unicorn|mustang horse|caballo|cheval|pferd|zebra|donkey|"
    "foal",
    "deer": "deer|stag|elk|moose|reindeer|antelope|doe|fawn|gazelle|hirsch",
    "fox": "fox|red fox|zorro|"
    "renard|fuchs|raccoon|squirrel", "wolf": "wolf|coyote|jackal|lobo|loup|direwolf|werewolf|hyena",
    "bear": "bear|grizzly|polar bear|panda|oso|bär|koala|gorilla|boar|pig|rhino|hippo|hippopotamus",
    "elephant": "elephant|mammoth|elefante|éléphant|elefant",
    "rabbit": "rabbit|bunny|hare|conejo|lapin|"
    "hase|mouse|hamster|kangaroo|hedgehog",
    "owl": "owl|búho|hibou|eule",
    "butterfly": "butterfly|moth|mariposa|papillon|schmetterling|dragonfly|"
    "ladybug|beetle bug|insect",
    "cow": "cow|bull|ox|bison|buffalo|cattle|vaca|vache|kuh",
    "sheep": "sheep|lamb|goat|alpaca|llama",
    "lion": "lion|lioness|león", "tiger": "tiger|leopard|jaguar|panther|cheetah|puma|lynx",
    "giraffe": "giraffe|dinosaur|brontosaurus|diplodocus", "swan": "swan|cisne|cygne|schwan",
    "duck": "duck|duckling|rubber duck|mallard", "penguin": "penguin|puffin",
    "eagle": "eagle|hawk|falcon|vulture|condor|osprey|bat|albatross", "dragon": "dragon|wyvern|"
    "pterodactyl|griffin|gryphon", "camel": "camel|dromedary|caravan of camels",
    "flamingo": "flamingo|heron|crane|stork|egret|ibis|ostrich",
    "bee": "bee|bumblebee|wasp|honeybee",
    "fish": "fish|goldfish|koi|clownfish|salmon fish|trout|pez|poisson|fisch|seahorse|aquarium|koi "
    "pond",
    "whale": "whale|orca|humpback|leviathan|ballena|baleine|wal",
    "dolphin": "dolphin|porpoise|delfín",
    "shark": "shark|stingray|manta|manta ray", "jellyfish": "jellyfish|medusa",
    "turtle": "turtle|tortoise|"
    "sea turtle", "octopus": "octopus|squid|kraken|cthulhu",
    "coral": "coral|coral reef|reef|seaweed|kelp",
    "submarine": "submarine|nautilus",
    "person": "person|figure|silhouette|hiker|traveler|traveller|wanderer|human|someone|stranger|"
    "monk|explorer|photographer|worker|farmer|surfer|runner|skier|climber|fisherman|soldier|"
    "pilgrim|"
    "nomad|cowboy|persona|personne|businessman|athlete|skateboarder|detective|ghost|sailor",
    "couple": "couple|lover|two people|bride|wedding|friend|pair of people",
    "crowd": "crowd|people|"
    "audience|tourist|protest|gente|family|team|group of people",
    "child": "child|kid|boy|toddler|baby|"
    "niño|enfant|little girl|little boy",
    "portrait": "portrait|headshot|face|self-portrait|self portrait|selfie|woman|girl|man|lady|"
    "gentleman|queen|king|princess|prince|actress|actor|mujer|hombre|femme|homme|frau|mann|"
    "goddess|geisha|retrato|visage|old man|old woman|young woman|young man|grandmother|grandfather|"
    "character|elf|fairy|vampire|witch portrait|beauty|fashion model|chef|doctor|scientist|"
    "musician|singer|ceo|mermaid|angel|pirate|viking|businesswoman|teacher|nurse|influencer",
    "astronaut": "astronaut|cosmonaut|spaceman|astronauta",
    "samurai": "samurai|ninja|warrior|knight|"
    "swordsman|gladiator|ronin",
    "dancer": "dancer|ballerina|ballet|dancing woman|dance|gymnast|yoga",
    "wizard": "wizard|witch|mage|sorcerer|druid|merlin|gandalf",
    "cup": "cup|mug|coffee|coffee cup|cup of coffee|espresso|latte|cappuccino|tea cup|teacup|hot "
    "chocolate|"
    "cup of tea|tea|matcha|taza|tasse", "bottle": "bottle|wine bottle|beer|soda|water bottle|flask|"
    "champagne|whiskey|whisky|botella|bouteille|flasche|potion|serum|shampoo|lotion|cosmetic|"
    "skincare|"
    "dropper bottle", "wine_glass": "wine glass|glass of wine|cocktail|glass|goblet|wine|martini|"
    "margarita|juice|lemonade|smoothie|drink|champagne flute",
    "vase": "vase|amphora|urn|pottery|ceramic|still life|vase of flowers",
    "bowl": "bowl|soup|ramen|"
    "salad|noodle|noodles|cereal|bowl of fruit|rice bowl|pho|food|breakfast|dinner|lunch|meal",
    "book": "book|library|novel|notebook|libro|livre|buch|journal",
    "candle": "candle|candlelight|candlestick|vela|bougie",
    "table_lamp": "lamp|desk lamp|table lamp|"
    "lampshade|light bulb|lightbulb", "lantern": "lantern|oil lamp|farol",
    "box": "box|product|package|packaging|cube|parcel|soap|container|gadget|"
    "device|speaker|advertisement|mockup",
    "perfume": "perfume|fragrance|cologne|eau de parfum|parfum|nail polish",
    "apple": "apple|pomegranate|tomato|cherry fruit|manzana|pomme|apfel|plum fruit|nectarine",
    "orange": "orange fruit|tangerine fruit|peach fruit|grapefruit|mandarin|clementine|pumpkin|"
    "fruit|persimmon|oranges|mango|melon|watermelon",
    "lemon": "lemon fruit|lemons|limes|citrus|slice of lemon",
    "pear": "pear|avocado|fig|aubergine|eggplant|poire|banana|pineapple",
    "berry": "berry|grape|cherries|"
    "strawberry|blueberry|raspberry|blackberry|bunch of grapes|olive fruit",
    "phone": "phone|smartphone|iphone|mobile phone|tablet|laptop|computer|screen|monitor|app|"
    "television|tv",
    "camera": "camera|dslr|polaroid|film camera|vintage camera|radio|typewriter|cassette",
    "clock": "clock|watch|wristwatch|alarm clock|pocket watch|compass|stopwatch|reloj|montre|uhr",
    "chair": "chair|armchair|throne|stool|sofa|couch|furniture|bed|rocking chair|table|desk",
    "shoe": "shoe|sneaker|boot shoe|trainer|running shoe|heel|high heel|zapato|chaussure|boots|"
    "sneakers",
    "guitar": "guitar|violin|cello|ukulele|instrument|music|piano|bass|guitarra|guitare|orchestra|"
    "jazz",
    "umbrella": "umbrella|parasol|paraguas|parapluie|regenschirm", "heart": "heart|love|valentine|"
    "corazón|coeur|herz|romance", "crystal": "crystal|gem|gemstone|diamond|jewel|amethyst|quartz|"
    "emerald gem|jewelry|jewellery|ring|necklace|prism|treasure",
    "ball": "ball|sphere|orb|globe|bubble|pearl bead|"
    "crystal ball|marble ball|football|basketball|snow globe|egg|ornament",
    "robot": "robot|android|cyborg|droid|mecha|mech|"
    "automaton|artificial intelligence|machine",
    "teapot": "teapot|kettle|tea set|tea ceremony|théière",
    "cake": "cake|birthday cake|cupcake|dessert|pastry|muffin|birthday|cheesecake|burger|hamburger|"
    "sandwich|chocolate cake|pie|bread|sushi",
    "potted_plant": "potted plant|houseplant|plant|bonsai|pot|flower pot|house plant|planter|"
    "indoor plant",
    "jar": "jar|honey jar|jam|mason jar|cream jar|candle jar|tin", "gift": "gift|gift box|"
    "christmas gift|wrapped gift",
    "headphones": "headphones|headphone|earphones|earbuds|headset|earphone|earbud",
    "treat": "ice cream|ice-cream|gelato|donut|doughnut|cookie|pizza|pancake",
    "plate": "plate|cheese|dish|saucer|steak|pasta|spaghetti|tray",
    "planet": "planet|saturn|jupiter|earth|exoplanet|gas giant|ringed planet|neptune|venus|pluto|"
    "alien world|"
    "alien planet|planeta|planète|uranus|solar system",
    "galaxy": "galaxy|spiral galaxy|andromeda|universe|"
    "galaxia|galaxie|supernova",
    "nebula": "nebula|stardust|cosmic cloud|interstellar|outer space|space|cosmos|"
    "cosmic|deep space|espacio|espace|weltraum", "asteroid": "asteroid|meteorite|asteroid belt",
    "satellite": "satellite|space probe|space telescope|telescope",
    "blackhole": "black hole|wormhole|event horizon|singularity|vortex|eclipse|solar eclipse",
    "circle": "circle|disc|dot", "square": "square|rectangle|grid",
    "triangle": "triangle|polygon shape",
    "waves": "sine wave|sound wave|flow|flowing|fluid|liquid|silk|fabric|curve|abstract wave|waves "
    "abstract|"
    "wavy|undulating", "geometry": "geometric|geometry|shape|suprematism|constructivism|bauhaus "
    "shape|"
    "geometric shape|kandinsky|mondrian|cubism|cubist",
    "gradient": "gradient|wallpaper|aura|color field|colour field|rothko",
    "marble": "marble|ink drop|swirl|paint pour|agate|fluid art|smoke|acrylic pour|liquid marble|"
    "oil slick",
    "ribbons": "ribbon|paper layer|layer|strip|paper wave",
    "spheres": "spheres|balls|bubbles|orbs|beads|"
    "molecules|atoms|particles|cells", "lines": "line|contour|topographic|string|stripe|network|"
    "data|circuit|topography|contour lines|technology|fiber|neural network",
    "mandala": "mandala|kaleidoscope|symmetry|symmetric|sacred geometry|fractal|ornamental|"
    "snowflake pattern|"
    "spiral|labyrinth|rosette",
    "mosaic_field": "tessellation|tile|patchwork|quilt|pixel pattern|terrazzo",
}  # fmt: skip

SUBJECT_WORDS: dict[str, str] = {
    word.strip(): kind for kind, words in _GROUPS.items() for word in words.split("|")
}
