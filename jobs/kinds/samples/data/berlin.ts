/** Places of Berlin; `parsePlaces()` explains the columns. Costs are in euros. */
export const places = `
# Mitte
Brandenburger Tor | sight | 52.5163 13.3777 | 30 | 0 | day evening | top | The gate that stood closed for 28 years is the way into the center.
Reichstag | sight | 52.5186 13.3762 | 75 | 0 | day evening | top book | A spiral ramp in a glass dome above the members of parliament.
Denkmal für die ermordeten Juden Europas | sight | 52.5139 13.3787 | 50 | 0 | day | | 2,711 concrete blocks, and the stories of families in the rooms below.
Gendarmenmarkt | sight | 52.5137 13.3927 | 30 | 0 | day evening | | Two matching domes on either side of the concert house.
Hackesche Höfe | shopping | 52.5241 13.4020 | 45 | - | day evening | | Eight courtyards with tiles, small shops and a cinema.
Fernsehturm | sight | 52.5208 13.4094 | 60 | 28 | day evening | book | The lift needs 40 seconds to the sphere of the television tower.
Clärchens Ballhaus | food | 52.5264 13.3967 | 90 | 30 | dinner | book | Schnitzel and dancing in a ballroom of 1913.
Staatsoper Unter den Linden | entertainment | 52.5166 13.3947 | 120 | 60 | night | book | The oldest opera house of the city, with a renowned orchestra.
Friedrichstadt-Palast | entertainment | 52.5240 13.3888 | 120 | 60 | night | book | Revue with acrobats and water on one of the largest stages.
Topographie des Terrors | museum | 52.5066 13.3837 | 75 | 0 | day | | Documents of the dictatorship where its offices stood, beside the Wall.

# Museumsinsel
Neues Museum | museum | 52.5203 13.3976 | 100 | 14 | morning midday afternoon | top book closed:mon | Nefertiti has a room to herself in a building that shows its scars.
Alte Nationalgalerie | museum | 52.5208 13.3983 | 80 | 14 | day | closed:mon | Friedrich's monk by the sea and other painting of the Romantics.
Berliner Dom | sight | 52.5192 13.4011 | 60 | 15 | day | steep | A huge organ, royal coffins, and 270 steps to the walk around the dome.
Humboldt Forum | museum | 52.5175 13.4027 | 75 | 0 | day | closed:tue | Collections from four continents behind the facade of the palace.

# Tiergarten
Tiergarten | nature | 52.5140 13.3580 | 60 | 0 | day evening | | Woodland paths and lakes between the gate and the column.
Gemäldegalerie | museum | 52.5085 13.3655 | 90 | 12 | day | closed:mon | Vermeer, Bruegel and Rembrandt in quiet rooms with daylight.
Neue Nationalgalerie | museum | 52.5068 13.3675 | 75 | 14 | day | closed:mon | Mies van der Rohe's steel roof above the art of the twentieth century.
Philharmonie | entertainment | 52.5099 13.3696 | 110 | 45 | night | book | Terraces of seats surround the orchestra on all sides.

# Charlottenburg
Schloss Charlottenburg | sight | 52.5209 13.2956 | 90 | 19 | day | closed:mon | Porcelain cabinets, Watteau, and a garden that runs to the Spree.
Kaiser-Wilhelm-Gedächtniskirche | sight | 52.5050 13.3350 | 30 | 0 | day | | A broken tower stands beside an octagon of blue glass.
Zoologischer Garten | nature | 52.5083 13.3375 | 150 | 25 | morning afternoon | | Germany's oldest zoo, with pandas and an elephant gate.
KaDeWe | food | 52.5016 13.3411 | 65 | 28 | lunch | closed:sun | The sixth floor of the department store is a hall of counters.
Savignyplatz | food | 52.5060 13.3190 | 85 | 26 | dinner | area | Restaurants and bookshops under the arches of the railway.
A-Trane | nightlife | 52.5065 13.3193 | 110 | 22 | night | book | A small corner room where jazz players sit close to the tables.

# Friedrichshain
East Side Gallery | sight | 52.5050 13.4397 | 50 | 0 | day evening | top | The longest piece of the Wall carries over a hundred paintings.
Oberbaumbrücke | sight | 52.5019 13.4457 | 20 | 0 | day evening | | Brick towers on the bridge, yellow trains above the arches.
Berghain | nightlife | 52.5111 13.4430 | 120 | 25 | night | closed:mon closed:tue closed:wed closed:thu | Techno in a former power station, if the door lets you in.

# Kreuzberg
Jüdisches Museum | museum | 52.5022 13.3953 | 100 | 0 | day | book | Libeskind's broken lines and two thousand years of history.
Markthalle Neun | food | 52.5020 13.4313 | 60 | 14 | lunch | closed:sun | Bread, cheese and street kitchens in an iron hall of 1891.
Marheineke Markthalle | food | 52.4893 13.3955 | 60 | 14 | lunch | closed:sun | A bright market hall at the end of Bergmannstraße.
Oranienstraße | food | 52.5013 13.4180 | 80 | 20 | dinner | area | Meze, grills and bars along the main street of SO 36.
SO36 | nightlife | 52.5003 13.4219 | 110 | 20 | night | | Punk began here; now there are concerts, queer parties and bingo.
Tresor | nightlife | 52.5104 13.4196 | 120 | 22 | night | closed:tue closed:thu closed:sun | Bare concrete, strobe lights and the first sound of Berlin techno.
Viktoriapark | nature | 52.4880 13.3815 | 40 | 0 | day evening | steep | A waterfall runs down the hill that gave Kreuzberg its name.

# Tempelhof
Tempelhofer Feld | nature | 52.4750 13.4030 | 75 | 0 | day evening | | Cycle and fly kites on the runways of a closed airport.

# Prenzlauer Berg
Gedenkstätte Berliner Mauer | sight | 52.5351 13.3902 | 75 | 0 | day | top | A complete strip of the border, with a tower to see it from above.
Mauerpark | nature | 52.5437 13.4025 | 45 | 0 | day evening | | Lawns on the former border, with a stone stage for singers.
Konnopke's Imbiß | food | 52.5405 13.4119 | 40 | 8 | lunch | closed:sun | Curry sausage below the rails of the U2 since 1930.
Prater Garten | food | 52.5400 13.4102 | 80 | 20 | dinner | | Long tables under chestnut trees, in the oldest beer garden.
Kulturbrauerei | entertainment | 52.5392 13.4128 | 110 | 25 | night | | Concerts, clubs and a cinema in the courtyards of a brewery.

# Potsdam, day trip
Schloss Sanssouci | sight | 52.4042 13.0385 | 75 | 14 | morning midday afternoon | top book closed:mon | The king's summer house above terraces of vines.
Neues Palais | sight | 52.4010 13.0159 | 75 | 12 | morning afternoon | closed:tue | A hall of shells and minerals at the end of the park.
Museum Barberini | museum | 52.3958 13.0610 | 90 | 18 | day | closed:tue | More Monets than almost anywhere outside Paris.
Holländisches Viertel | food | 52.4024 13.0622 | 70 | 20 | lunch dinner | area | Red brick gables, built for Dutch craftsmen, with cafés inside.
`;
