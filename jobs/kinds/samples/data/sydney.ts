/** Places of Sydney; `parsePlaces()` explains the columns. Costs are in Australian dollars. */
export const places = `
# Circular Quay
Sydney Opera House | sight | -33.8568 151.2153 | 60 | 48 | day evening | top book | A guide leads under the sails and into the concert hall.
Royal Botanic Garden | nature | -33.8642 151.2166 | 60 | 0 | day | top | Figs, ferns and cockatoos along the edge of the harbor.
Mrs Macquarie's Chair | sight | -33.8596 151.2224 | 30 | 0 | morning evening | | The opera house and the bridge in one picture.
Museum of Contemporary Art | museum | -33.8599 151.2090 | 70 | 20 | day | closed:tue | Australian art with a terrace above the ferries.
Opera Bar | nightlife | -33.8578 151.2145 | 80 | 25 | night | | Drinks on the sea wall, with the bridge in lights.
City Recital Hall | entertainment | -33.8663 151.2083 | 110 | 75 | night | book | Baroque and chamber music in a hall like a shoebox.

# The Rocks
The Rocks | sight | -33.8592 151.2085 | 45 | 0 | day evening | area steep | Sandstone lanes where the colony began.
Sydney Harbour Bridge Pylon Lookout | sight | -33.8548 151.2107 | 50 | 30 | day | steep | Two hundred steps inside the pylon, to a view over the arch.
Lord Nelson Brewery Hotel | food | -33.8580 151.2034 | 75 | 38 | lunch dinner | | Pies and ale in the oldest hotel bar of the city.

# Domain
Art Gallery of New South Wales | museum | -33.8688 151.2173 | 100 | 0 | morning midday afternoon | top | Aboriginal art, old masters, and a former oil tank below.
Hyde Park Barracks | museum | -33.8695 151.2127 | 60 | 0 | day | | Hammocks and rats' nests tell the story of the convicts.
St Mary's Cathedral | sight | -33.8711 151.2134 | 25 | 0 | day | | Golden sandstone and a mosaic floor in the crypt.
Australian Museum | museum | -33.8743 151.2130 | 90 | 0 | day | | Dinosaurs, minerals and the knowledge of First Nations.

# City
Queen Victoria Building | shopping | -33.8717 151.2067 | 45 | - | day evening | | Tiles, stained glass and a clock with moving kings.
State Theatre | entertainment | -33.8711 151.2072 | 110 | 90 | night | book | Chandeliers and gilded statues around comedy and concerts.

# Haymarket
Dixon Street | food | -33.8788 151.2041 | 70 | 26 | lunch dinner | area | Yum cha, hotpot and food courts between the gates of Chinatown.
Chinese Garden of Friendship | nature | -33.8765 151.2028 | 45 | 15 | day | | Willows, water dragons and a teahouse among the towers.
Spice Alley | food | -33.8846 151.2003 | 60 | 20 | lunch dinner | | Small plates from Asia under lanterns in a back lane.
White Rabbit Gallery | museum | -33.8866 151.2001 | 60 | 0 | day | closed:mon closed:tue | New Chinese art on four floors, free, with dumplings.

# Darling Harbour
Australian National Maritime Museum | museum | -33.8694 151.1987 | 80 | 25 | day | | Climb into a submarine and aboard a destroyer.
Barangaroo Reserve | nature | -33.8573 151.2012 | 45 | 0 | day evening | | Sandstone blocks and native trees on a rebuilt headland.
Streets of Barangaroo | food | -33.8643 151.2016 | 80 | 45 | lunch dinner | area | Restaurants by the water between the ferry and the towers.

# Milsons Point
Luna Park | entertainment | -33.8477 151.2099 | 60 | 0 | day evening | | Walk through the grinning face of the park of 1935.
Wendy's Secret Garden | nature | -33.8459 151.2072 | 35 | 0 | day | steep | A hidden slope of ferns and figs that one neighbor planted.

# Mosman
Taronga Zoo | nature | -33.8433 151.2411 | 170 | 55 | morning afternoon | book steep | Giraffes with the best view of the skyline.

# Surry Hills
Crown Street | food | -33.8850 151.2133 | 85 | 42 | dinner | area | Modern Australian kitchens in terraces with iron lace.

# Newtown
King Street | food | -33.8975 151.1790 | 75 | 28 | lunch dinner | area | Thai, vegan and late, along a street of old shopfronts.
Enmore Theatre | entertainment | -33.8989 151.1744 | 110 | 70 | night | book | Bands and comedians in an Art Deco house.
Carriageworks | sight | -33.8945 151.1918 | 45 | 0 | day | | Art and a Saturday market in halls for railway carriages.

# Paddington
Centennial Park | nature | -33.8990 151.2330 | 60 | 0 | day | | Ponds, black swans and riders on a ring of four kilometers.
Paddington Reservoir Gardens | nature | -33.8852 151.2264 | 30 | 0 | day | | A sunken garden in the brick arches of a water tank.

# Bondi
Bondi Beach | nature | -33.8915 151.2767 | 75 | 0 | morning midday afternoon | top | Swim between the flags on the most famous curve of sand.
Bondi Icebergs | sport | -33.8951 151.2745 | 60 | 10 | morning midday afternoon | | Laps in a pool that the surf spills into.
Marks Park | nature | -33.8985 151.2750 | 45 | 0 | morning afternoon evening | steep | The cliff walk south of the beach, above caves and whales.
Bronte Beach | nature | -33.9035 151.2684 | 50 | 0 | day | | Lawns, rock pools and barbecues for families.
Campbell Parade | food | -33.8903 151.2742 | 75 | 34 | lunch dinner | area | Fish, poke and gelato with a view of the surf.

# Watsons Bay
The Gap | sight | -33.8436 151.2822 | 25 | 0 | day evening | | Sandstone cliffs where the ocean meets the harbor.
Hornby Lighthouse | nature | -33.8335 151.2808 | 60 | 0 | day | steep | Red and white stripes at the entrance of the harbor.
Camp Cove | nature | -33.8393 151.2790 | 50 | 0 | day | | A small calm beach where the first boats landed.
Doyles on the Beach | food | -33.8434 151.2812 | 80 | 60 | lunch dinner | book | Fish and chips on white cloths, with the skyline far away.

# Manly, day trip
Manly Beach | nature | -33.7968 151.2882 | 75 | 0 | morning midday afternoon | top | Pines, surf schools and a ferry ride to get here.
Shelly Beach | nature | -33.8004 151.2977 | 50 | 0 | day | | Snorkel with blue gropers in a protected bay.
The Corso | food | -33.7985 151.2856 | 60 | 24 | lunch | area | Pies, burgers and pho between the ferry and the surf.
Manly Wharf Hotel | food | -33.8001 151.2842 | 80 | 38 | dinner | | A deck over the water, with the last ferry in view.
`;
