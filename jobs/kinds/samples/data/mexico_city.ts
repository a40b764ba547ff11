/** Places of Mexico City; `parsePlaces()` explains the columns. Costs are in Mexican pesos. */
export const places = `
# Centro Histórico
Zócalo | sight | 19.4326 -99.1332 | 30 | 0 | day evening | top | A huge flag above the square where the Aztec city had its center.
Catedral Metropolitana | sight | 19.4344 -99.1331 | 40 | 0 | day | | Golden altars in a cathedral that sinks and leans.
Templo Mayor | museum | 19.4347 -99.1315 | 80 | 210 | day | closed:mon | The main pyramid of Tenochtitlan, found by electricians in 1978.
Palacio de Bellas Artes | museum | 19.4352 -99.1412 | 75 | 95 | day | top closed:mon | White marble outside, Art Deco and murals by Rivera inside.
Museo Nacional de Arte | museum | 19.4362 -99.1396 | 75 | 95 | day | closed:mon | Mexican painting around a staircase of iron and marble.
Torre Latinoamericana | sight | 19.4339 -99.1406 | 45 | 200 | day evening | | From the 44th floor the city reaches the volcanoes.
Alameda Central | nature | 19.4360 -99.1440 | 30 | 0 | day evening | | Fountains and benches in the oldest park of the Americas.
Museo Mural Diego Rivera | museum | 19.4360 -99.1468 | 35 | 45 | day | closed:mon | One mural of a Sunday dream, with Frida and a smiling skeleton.
Casa de los Azulejos | food | 19.4341 -99.1401 | 65 | 280 | lunch | | Enchiladas in the covered courtyard of a palace of blue tiles.
Café de Tacuba | food | 19.4356 -99.1377 | 75 | 380 | lunch dinner | | Tamales and hot chocolate under old paintings since 1912.
El Cardenal | food | 19.4337 -99.1352 | 75 | 420 | lunch | | Escamoles, clotted cream and fresh bread in a French-style house.
Mercado de San Juan | food | 19.4300 -99.1450 | 60 | 280 | lunch | | Cheese, seafood and insects at the market of the chefs.
Mercado de Artesanías La Ciudadela | shopping | 19.4302 -99.1494 | 50 | - | day | | Crafts from all states, at stalls around small courtyards.
Teatro de la Ciudad Esperanza Iris | entertainment | 19.4366 -99.1377 | 110 | 400 | night | book | Dance and music in a gilded theater of 1918.
Zinco Jazz Club | nightlife | 19.4343 -99.1371 | 110 | 400 | night | book | Jazz in the vault of a former bank.
Salón Tenampa | nightlife | 19.4408 -99.1394 | 90 | 350 | night | | Mariachi at the tables on Plaza Garibaldi.

# Doctores
Arena México | entertainment | 19.4247 -99.1521 | 120 | 300 | night | | Masks and high flights: lucha libre in its largest arena.

# Chapultepec
Museo Nacional de Antropología | museum | 19.4260 -99.1863 | 150 | 210 | morning afternoon | top closed:mon | The Sun Stone and whole temples around a roof held by one pillar.
Castillo de Chapultepec | museum | 19.4204 -99.1819 | 90 | 210 | morning afternoon | top steep closed:mon | An emperor's rooms and terraces on a wooded hill.
Bosque de Chapultepec | nature | 19.4226 -99.1852 | 50 | 0 | day | | Rowing boats, squirrels and ahuehuete trees around a lake.
Museo Tamayo | museum | 19.4258 -99.1817 | 60 | 95 | day | closed:mon | Modern art in concrete halls among the trees.
Museo de Arte Moderno | museum | 19.4234 -99.1790 | 60 | 95 | day | closed:mon | Kahlo's Two Fridas hangs here.
Casa Luis Barragán | sight | 19.4112 -99.1922 | 60 | 450 | day | book closed:sun closed:mon | Pink, gold and silence in the architect's own house.

# Polanco
Museo Soumaya | museum | 19.4407 -99.2047 | 80 | 0 | day evening | | A twisted silver tower, with Rodin at the top.
Museo Jumex | museum | 19.4402 -99.2039 | 60 | 0 | day | closed:mon | Contemporary art under a saw-tooth roof.
Auditorio Nacional | entertainment | 19.4250 -99.1948 | 120 | 900 | night | book | The big names of Latin music sing here.
Avenida Presidente Masaryk | food | 19.4319 -99.1950 | 90 | 650 | dinner | area | Fine Mexican kitchens along an elegant avenue.

# Condesa
Parque México | nature | 19.4115 -99.1697 | 40 | 0 | day evening | | Art Deco, palm trees and dogs of all sizes.
Mercado Roma | food | 19.4144 -99.1645 | 65 | 280 | lunch dinner | | Three floors of small kitchens, with a beer garden on the roof.
Mama Rumba | nightlife | 19.4146 -99.1647 | 110 | 250 | night | | A Cuban band, rum and a full dance floor.

# Roma
Plaza Río de Janeiro | sight | 19.4187 -99.1594 | 25 | 0 | day evening | | A copy of Michelangelo's David in front of a witch's house.
Avenida Álvaro Obregón | food | 19.4180 -99.1610 | 85 | 420 | dinner | area | Tables under trees along a boulevard with sculptures.
Mercado Medellín | food | 19.4071 -99.1653 | 55 | 160 | lunch | | Ceviche, fruit and Cuban ice cream in a neighborhood market.

# Juárez
El Ángel de la Independencia | sight | 19.4270 -99.1677 | 25 | 0 | day evening | | A golden victory on the column of the grand avenue.

# Coyoacán
Museo Frida Kahlo | museum | 19.3551 -99.1626 | 75 | 320 | day | top book closed:mon | The painter's bed, brushes and corsets in her blue house.
Museo Casa de León Trotsky | museum | 19.3584 -99.1584 | 60 | 70 | day | closed:mon | Watchtowers, rabbits and the desk as it was in 1940.
Jardín Centenario | sight | 19.3499 -99.1633 | 40 | 0 | day evening | | Two coyotes drink from a fountain among balloons and churros.
Mercado de Coyoacán | food | 19.3532 -99.1626 | 55 | 150 | lunch | | Tostadas with everything, at yellow counters.
Cineteca Nacional | entertainment | 19.3607 -99.1645 | 110 | 80 | night | | Films from everywhere, also outdoors on the lawn.

# San Ángel
Plaza San Jacinto | food | 19.3462 -99.1903 | 75 | 380 | lunch | area | Lunch in a courtyard, near the painters of the square.
Museo Casa Estudio Diego Rivera y Frida Kahlo | museum | 19.3488 -99.1894 | 50 | 50 | day | closed:mon | Two houses, red and blue, joined by a bridge on the roof.

# Ciudad Universitaria
Biblioteca Central | sight | 19.3334 -99.1868 | 40 | 0 | day | | Four walls of stone mosaic tell the history of the country.
MUAC | museum | 19.3141 -99.1853 | 75 | 40 | day | closed:mon closed:tue | New art in white halls on a field of lava.

# Teotihuacán, day trip
Pirámide del Sol | sight | 19.6925 -98.8438 | 90 | 210 | morning | top steep | The third largest pyramid in the world, early, before the heat.
Pirámide de la Luna | sight | 19.6996 -98.8441 | 50 | - | morning midday | steep | The end of the Avenue of the Dead, on the same ticket.
Templo de Quetzalcóatl | sight | 19.6821 -98.8462 | 45 | - | midday afternoon | steep | Feathered serpents look out of a stepped wall.
La Gruta | food | 19.6934 -98.8402 | 75 | 420 | lunch | book | Lunch by candlelight in a cave behind the Sun Pyramid.
`;
