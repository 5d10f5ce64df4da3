"""The words the generator understands, and what each stands for."""

from collections.abc import Mapping

_NOUNS = """
mushroom: toadstool fungus fungi shroom amanita
tree: oak maple apple willow bush shrub bonsai palm treehouse birch trunk
pine: fir spruce conifer christmastree xmastree evergreen
rock: boulder stone stones pebble meteor asteroid cliff rubble
crystal: gem gemstone geode quartz amethyst diamond ruby sapphire crystals shard
flower: rose tulip daisy sunflower blossom plant lily orchid flowerpot pot bouquet
cactus: cacti succulent saguaro
campfire: fire bonfire firepit flame fireplace hearth
snowman: snowwoman frosty
lamp: desklamp tablelamp floorlamp bedlamp nightlamp nightlight lampshade light
chair: stool seat armchair rockingchair officechair
table: desk workbench nightstand coffeetable picnictable diningtable counter
bench: parkbench pew sofa couch
clock: alarmclock watch timer wallclock
book: tome spellbook grimoire diary notebook bible magazine
cake: birthdaycake weddingcake cupcake pie muffin dessert
candle: candlestick candelabra taper
mug: cup teacup teapot coffee coffeecup goblet chalice tankard bucket
bed: cot bunk cradle mattress
barrel: keg cask drum
crate: box package parcel container present gift cube
chest: treasure treasurechest coffer trunkchest coffin
sword: blade dagger knife katana rapier excalibur saber axe spear
shield: buckler crest emblem
potion: flask bottle vial elixir jar vase phial
tower: castle castletower keep fort fortress turret citadel lighthouse palace
cauldron: kettle witchpot stew
throne: kingsthrone royalchair
sign: signpost streetsign roadsign billboard noticeboard plaque
fountain: waterfountain birdbath geyser
house: cottage hut cabin home barn shack building chapel church shop tavern doghouse
fence: gate railing picket picketfence barrier wall
lantern: streetlamp streetlight lamppost lantern torch gaslamp
well: wishingwell waterwell
windmill: mill turbine windturbine
bridge: footbridge crossing
robot: android bot automaton cyborg mech droid golem
rocket: spaceship rocketship spacecraft missile shuttle ufo
car: automobile racecar sportscar taxi truck van vehicle bus jeep
boat: ship sailboat yacht canoe raft pirateship vessel
telescope: spyglass scope cannon binoculars
ghost: spirit phantom spook specter
pumpkin: jackolantern gourd squash
cat: kitten kitty fox dog puppy pet
dragon: wyvern dinosaur lizard drake
"""

_MATERIALS = """
wood: wooden oaken timber
stone: rocky granite cobblestone
marble: porcelain ceramic
gold: golden gilded
silver: silvery chrome platinum
bronze: brass
copper: coppery
metal: metallic iron steel tin aluminium aluminum
rust: rusty rusted
crystal: crystalline gemstone diamond amethyst
glass: glassy transparent
ice: icy frozen frosty snowy snow
bone: skeletal ivory
candy: sugar sweet gingerbread
brick: bricks terracotta clay
paper: origami cardboard
lava: magma volcanic molten
jade: jadeite
obsidian: onyx
neon: cyberpunk futuristic
"""

_TRAITS = """
tiny: small little mini miniature micro wee cute
giant: huge big large enormous massive gigantic colossal
tall: high long towering slender thin
wide: broad fat chubby thick squat
glowing: glow luminous shining shiny radiant magic magical enchanted lit bioluminescent
mossy: overgrown moss swampy jungle ancient
stacked: stack pile piled pair twin
spooky: haunted creepy scary eerie cursed halloween evil ghostly
fancy: ornate royal elegant luxurious decorated fine majestic
broken: cracked ruined damaged shattered abandoned
tilted: leaning crooked slanted lopsided wonky
"""


def _index(table: str) -> Mapping[str, str]:
    """Map every word of a table, and its plural, to the head of its line."""
    index: dict[str, str] = {}
    for line in table.strip().splitlines():
        head, _, others = line.partition(":")
        for word in (head, *others.split()):
            index.setdefault(word, head)
            index.setdefault(word + "s", head)
            index.setdefault(word + "es", head)
    return index


NOUNS = _index(_NOUNS)
MATERIAL_WORDS = _index(_MATERIALS)
TRAIT_WORDS = _index(_TRAITS)
ON = frozenset({"on", "atop", "over", "upon", "onto"})
BESIDE = frozenset(
    {"with", "holding", "and", "beside", "near", "by", "plus", "under", "in", "carrying", "wearing"}
)
LIKE = frozenset({"like", "shaped"})
# Nouns that lend another one their shine instead of their shape.
LIGHTS = frozenset({"lamp", "candle", "lantern"})
