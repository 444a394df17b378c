"""What parts of a mix are called: instruments, what stands beside them, and what tracks are called that nobody named.

Tables only; `bridge.songs.parts.names` reads names with them. Words as people and DAWs write them, in a few languages,
and the short ones of studios (OH, BV, GTR, VX, KY, SFX: P&E Wing, Delivery Recommendations, names of stems).
"""

_INSTRUMENTS = """
kick kicks kik bassdrum bd snare snares snr sn hihat hihats hat hats hh tom toms cymbal cymbals ride crash overhead
overheads oh ohs drum drums drumkit drumloop perc percs percussion shaker shakers clap claps conga congas bongo
bongos tambourine tamb cowbell rimshot 808 808s bass bassline subbass guitar guitars gtr gtrs git egtr agtr banjo
mandolin ukulele uke piano pianos pno rhodes wurli wurlitzer organ hammond keys keyboard keyboards clav clavinet
synth synths synthesizer pad pads arp arps pluck plucks string strings violin violins viola violas cello cellos horn
horns brass trumpet trumpets trombone trombones sax saxophone saxes flute flutes clarinet oboe bassoon harp choir
vocal vocals vox voc vocs voice voices bv bvs bgv bgvs bvox adlib adlibs harmonies fx sfx efx foley marimba vibes
vibraphone glockenspiel theremin harmonica accordion sitar tabla timpani schlagzeug gesang gitarre gitarren klavier
streicher bläser chor stimme stimmen trommeln becken batterie basse guitare guitares voix choeurs chœurs cuivres
cordes batería bateria bajo guitarra guitarras voz voces coro coros teclado teclados cuerdas vientos percusión
percusion baixo vozes cordas percussão batteria basso chitarra chitarre voce tastiere lv ky
"""

_BESIDE_INSTRUMENTS = """
lead leads main backing background bg back rhythm rhy solo clean dist distorted dirty heavy electric elec el
acoustic ac acc upright double dbl triple in out inside outside top bottom btm bot under over mic mics amp di cab l
r left right mid side center c hi high lo low mono stereo st close far near wet dry comp raw print printed only bus
buss group grp sum submix all stem stems track tracks trk audio midi verse chorus bridge hook intro outro pre male
female sub open closed ghost loop hit hits fill fills fx parallel sample samples kit set section room rooms ad lib
libs line and &
"""

_UNNAMED_TRACKS = """
insert inserts track tracks trk audio midi inst bus buss group grp return returns send sends aux auxes other others
rest reverb reverbs verb delay delays lead leads loop loops melody melodies chords chord room rooms sample samples
click clicks guide stem stems atmo atmos noise riser risers
"""

_OTHER_MIXES = """
mix mixes remix master edit version versions dub club radio extended acoustic live alt alternate alternative
instrumental instrumentals acapella unplugged orchestral remaster remastered reprise cut demo full song final clean
karaoke minus no without slowed sped nightcore loud louder quiet reference ref tv film short long
"""


INSTRUMENTS = frozenset(_INSTRUMENTS.split())
# Beside an instrument they belong to the part; alone they are titles like any other.
BESIDE_INSTRUMENTS = frozenset(_BESIDE_INSTRUMENTS.split())
# Tracks nobody named, and what makes no sound of its own: parts where parts are, never alone.
UNNAMED_TRACKS = frozenset(_UNNAMED_TRACKS.split())
# Behind a song's name these make another mix of it, whatever it came with.
OTHER_MIXES = frozenset(_OTHER_MIXES.split())
